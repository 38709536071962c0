/** The harness's own performance: figures, what they must reach, and the table. */
import { type OperatorRow, operators } from '../../reference/operators.ts'
import { firstCallTasks, smallCallTask } from './calls.ts'
import { type Figure, figuresOf, PARTS, type Part } from './figure.ts'
import { startupTasks } from './startup.ts'
import { auditTask, gradientTask, textbookTask, verdictTask } from './tasks.ts'

/** Cases a second that an audit in this process must reach on one core, and milliseconds in which the command line must start. */
const LEAST_CASES = 500
const MOST_MS = 150
/** Milliseconds that the first call of a shape may take beyond its kernels, and any call of a small one. */
const MOST_FIRST_MS = 20
const MOST_BEYOND_MS = 0.02
/** Rounds of what is quick, so that a median has 15 samples at least. */
const LEAST_ROUNDS = 15

export interface HarnessOptions {
  readonly parts: readonly Part[]
  readonly rows?: readonly OperatorRow[]
  /** Of verdicts and audits; the rest take 15 at least. */
  readonly rounds: number
  /** Where dist/cli/main.js is. */
  readonly root: string
  readonly progress: (text: string) => void
}

/** The textbook first, before V8 has seen other number systems; parts one after the other. */
export async function harness({ parts, rows = operators, rounds, root, progress }: HarnessOptions): Promise<Figure[]> {
  const tasks = {
    textbook: () => [textbookTask()],
    gradients: () => [gradientTask('full', 'full Jacobian'), gradientTask('fast', 'random projection')],
    verdicts: () => rows.map(verdictTask),
    audit: () => rows.map(auditTask),
    calls: async () => [...firstCallTasks(), await smallCallTask()],
    startup: () => startupTasks(root),
  }
  const figures: Figure[] = []
  for (const part of PARTS.filter((p) => parts.includes(p))) {
    const isMany = part === 'verdicts' || part === 'audit'
    figures.push(...(await figuresOf(await tasks[part](), isMany ? rounds : Math.max(rounds, LEAST_ROUNDS), progress)))
  }
  return figures
}

export function harnessText(figures: readonly Figure[]): string {
  const of = (part: Part): readonly Figure[] => figures.filter((figure) => figure.part === part)
  const width = Math.max(...figures.map(({ name }) => name.length))
  const lines = figures.map((figure) => `${figure.part.padEnd(10)} ${figure.name.padEnd(width)}  ${speed(figure)}`)
  return [
    ...lines,
    '',
    ...(['verdicts', 'audit'] as const).flatMap((part) => manyText(part, of(part))),
    ...of('calls').map(callText),
    ...startText(of('startup')),
    'medians with intervals of 95 %; all but starts by processor time of one core',
  ].join('\n')
}

function speed({ part, seconds, rate, flops, unit }: Figure): string {
  const interval = (by: number, { low, high }: Figure['rate'], digits: number): string =>
    `[${(low * by).toFixed(digits)}, ${(high * by).toFixed(digits)}]`
  if (part === 'calls') return `${(1e3 * seconds.median).toFixed(3)} ms ${interval(1e3, seconds, 3)}`
  if (part === 'startup') return `${(1e3 * seconds.median).toFixed(0)} ms ${interval(1e3, seconds, 0)}`
  if (flops === undefined) return `${rate.median.toFixed(0)} ${unit}/s ${interval(1, rate, 0)}`
  return `${((rate.median * flops) / 1e9).toFixed(3)} GFLOP/s ${interval(flops / 1e9, rate, 3)}`
}

/** Least and median over operators, and which fall short by their median; whether their interval still reaches it is said. */
function manyText(part: Part, figures: readonly Figure[]): string[] {
  if (figures.length === 0) return []
  const sorted = [...figures].sort((a, b) => a.rate.median - b.rate.median)
  const [least, middle] = [sorted[0]!, sorted[sorted.length >> 1]!]
  const short = sorted.filter(({ rate }) => rate.median < LEAST_CASES)
  const named = short.map(({ name, rate }) => {
    const open = rate.high >= LEAST_CASES ? ', within the interval' : ''
    return `${name} ${rate.median.toFixed(0)}${open}`
  })
  return [
    `${part}: least ${least.rate.median.toFixed(0)} cases/s (${least.name}), median ${middle.rate.median.toFixed(0)} over ${figures.length} operators; ` +
      (short.length === 0 ? `all reach ${LEAST_CASES}` : `below ${LEAST_CASES}: ${named.join(', ')}`),
  ]
}

function callText({ name, seconds }: Figure): string {
  const most = name.startsWith('small') ? MOST_BEYOND_MS : MOST_FIRST_MS
  const [median, limit] = [`${(1e3 * seconds.median).toFixed(3)} ms`, `${most} ms`]
  return `calls: ${name}: ${median}, ${1e3 * seconds.median <= most ? 'within' : 'more than'} ${limit}`
}

function startText(figures: readonly Figure[]): string[] {
  const ours = figures.find(({ name }) => name.startsWith('cnn-oracle'))
  const bare = figures.find(({ name }) => name.startsWith('node'))
  if (!ours || !bare) return []
  const ms = ({ seconds }: Figure): number => 1e3 * seconds.median
  return [
    `start: ${ms(ours).toFixed(0)} ms, ${(ms(ours) - ms(bare)).toFixed(0)} ms of it ours; ` +
      (ms(ours) <= MOST_MS ? `within ${MOST_MS} ms` : `more than ${MOST_MS} ms`),
  ]
}
