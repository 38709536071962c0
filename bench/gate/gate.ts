/** The gate: sessions until each kernel is decided, controls beside them, and an independent rerun of what failed. */
import { Random } from '../../properties/random.ts'
import { type Decision, decide, LOOKS } from './decide.ts'
import { nameOf, type Paired, session, type Timed, type Trees } from './session.ts'
import type { Tracked } from './tracked.ts'

/** A control that moves by more makes a run void: the machine, not the code, has changed. */
const CONTROL = 0.02
const CONTROLS: readonly Timed[] = ['same', 'frozen']

interface KernelReport extends Decision {
  readonly name: string
  /** Log ratios a session, those of the rerun behind. */
  readonly ratios: readonly number[]
  readonly rerun: Decision | null
  /** Milliseconds a call, a session each, without those of the rerun. */
  readonly times: readonly number[]
  readonly ms: number
  readonly steady: boolean
  readonly equal: boolean
}

export interface GateReport {
  readonly kernels: readonly KernelReport[]
  readonly controls: readonly KernelReport[]
  readonly isVoid: boolean
  readonly seconds: number
  readonly seed: number
}

export interface GateOptions {
  readonly seed: number
  /** Standard deviation between sessions on identical code, by kernel. */
  readonly noise: Readonly<Record<string, number>>
  /** Seconds after which no more sessions begin: what is undecided by then is INCONCLUSIVE. Two sessions always run. */
  readonly limit: number
  readonly progress: (text: string) => void
  /** Ends it as the limit does. */
  readonly signal?: AbortSignal
}

export async function gate(trees: Trees, kernels: readonly Tracked[], options: GateOptions): Promise<GateReport> {
  const begin = performance.now()
  const random = new Random(options.seed)
  const isOver = (): boolean => options.signal?.aborted === true || performance.now() - begin > 1000 * options.limit
  const first = await untilDecided(trees, kernels, random, options, isOver, true)
  const failed = kernels.filter(({ name }) => first.decisions.get(name)!.outcome === 'FAIL')
  const again =
    failed.length > 0 && !isOver() ? await untilDecided(trees, failed, random, options, isOver, false) : undefined
  const report = (what: Timed): KernelReport => {
    const name = nameOf(what)
    const sessions = first.sessions.get(name)!
    const decision = first.decisions.get(name)!
    const rerun = again?.decisions.get(name) ?? null
    const agrees = decision.outcome !== 'FAIL' || rerun?.outcome === 'FAIL'
    return {
      ...decision,
      outcome: agrees ? decision.outcome : 'INCONCLUSIVE',
      name,
      ratios: [...sessions, ...(again?.sessions.get(name) ?? [])].map(({ ratio }) => ratio),
      rerun,
      times: sessions.map(({ ms }) => ms),
      ms: Math.min(...sessions.map(({ ms }) => ms)),
      steady: sessions.every(({ steady }) => steady),
      equal: sessions.every(({ equal }) => equal),
    }
  }
  const controls = CONTROLS.map(report)
  return {
    kernels: kernels.map(report),
    controls,
    isVoid: controls.some(({ change }) => Math.abs(change) > CONTROL),
    seconds: (performance.now() - begin) / 1000,
    seed: options.seed,
  }
}

interface Decided {
  readonly sessions: ReadonlyMap<string, readonly Paired[]>
  readonly decisions: ReadonlyMap<string, Decision>
}

async function untilDecided(
  trees: Trees,
  kernels: readonly Tracked[],
  random: Random,
  { noise, progress }: GateOptions,
  isOver: () => boolean,
  judge: boolean,
): Promise<Decided> {
  const sessions = new Map<string, Paired[]>()
  const decisions = new Map<string, Decision>()
  let open: readonly Timed[] = kernels
  let done = 0
  for (const { sessions: wanted } of LOOKS) {
    for (; done < wanted && (done < 2 || !isOver()); done++) {
      progress(`session ${done + 1} of ${wanted}: ${open.length} kernels`)
      const found = await session(trees, [...open, ...CONTROLS], random, judge && done === 0)
      for (const [name, pair] of found) sessions.set(name, [...(sessions.get(name) ?? []), pair])
    }
    for (const what of [...open, ...CONTROLS]) {
      const name = nameOf(what)
      const ratios = sessions.get(name)!.map(({ ratio }) => ratio)
      decisions.set(name, decide(ratios, noise[name]))
    }
    open = open.filter((what) => decisions.get(nameOf(what))!.outcome === 'INCONCLUSIVE')
    if (open.length === 0 || done < wanted) break
  }
  return { sessions, decisions }
}

/** 0 all PASS, 1 some FAIL, 3 neither. */
export function gateExit({ kernels, isVoid }: GateReport): 0 | 1 | 3 {
  if (isVoid) return 3
  if (kernels.some(({ outcome }) => outcome === 'FAIL')) return 1
  return kernels.every(({ outcome }) => outcome === 'PASS') ? 0 : 3
}

const signed = (part: number): string => `${part < 0 ? '−' : '+'}${Math.abs(100 * part).toFixed(1)} %`

/** The table: what each kernel does, and what cannot be ruled out. */
export function gateText({ kernels, controls, isVoid, seconds, seed }: GateReport): string {
  const row = ({ name, outcome, change, low, high, most, sessions, rerun, equal, steady }: KernelReport): string =>
    [
      name.padEnd(24),
      outcome.padEnd(12),
      signed(change).padStart(8),
      `[${signed(low)}, ${signed(high)}]`.padEnd(20),
      `${sessions} sessions`,
      most > 0 ? `cannot rule out more than ${signed(most)} (99.5 %)` : 'not slower (99.5 %)',
      ...(rerun ? [`rerun ${signed(rerun.change)}, ${rerun.outcome}`] : []),
      ...(equal ? [] : ['results differ in their bits']),
      ...(steady ? [] : ['not steady']),
    ].join('  ')
  return [
    ...kernels.map(row),
    ...controls.map(
      ({ name, change, low, high }) => `control ${name}: ${signed(change)} [${signed(low)}, ${signed(high)}]`,
    ),
    ...(isVoid
      ? [
          `VOID: a control moved by more than ${100 * CONTROL} %; nothing is decided, run again when the machine is calmer`,
        ]
      : []),
    `${seconds.toFixed(0)} s, seed ${seed}`,
  ].join('\n')
}
