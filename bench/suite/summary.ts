/** The last lines of a run: geometric means by kind of layer, and what falls behind. */
import { operatorRow } from '../../reference/operators.ts'
import { quantile } from '../interval.ts'
import type { Skipped } from '../measure/record.ts'
import type { Timed } from './run.ts'
import { skippedText } from './text.ts'

/** Layers of so many operations have no excuse not to run near the peak. */
const LARGE = 50e6

/** Layers that are behind are named, the worst first, so many at most. */
const LISTED = 12

interface Group {
  readonly name: string
  has(t: Timed): boolean
}

const isConv2d = ({ line }: Timed): boolean => line.case.operator === 'conv2d'
const groupsOf = ({ line }: Timed): number => line.case.attributes.groups ?? 1

const kinds: readonly Group[] = [
  { name: 'all', has: () => true },
  { name: 'conv2d', has: isConv2d },
  { name: 'direct', has: (t) => isConv2d(t) && groupsOf(t) === 1 },
  { name: 'in groups', has: (t) => isConv2d(t) && groupsOf(t) > 1 && !isDepthwise(t) },
  { name: 'depthwise', has: (t) => isConv2d(t) && isDepthwise(t) },
  { name: 'dense', has: ({ line }) => line.case.operator === 'dense' },
  { name: 'pooling', has: ({ line }) => /^(max|average)Pool2d$/.test(line.case.operator) },
  { name: 'gradients', has: ({ line }) => line.case.operator.endsWith('Gradient') },
  { name: 'batches of 64', has: ({ line }) => line.case.sizes.n === 64 },
]

function isDepthwise(t: Timed): boolean {
  return groupsOf(t) > 1 && groupsOf(t) === t.line.case.sizes.c
}

const large: Group = {
  name: `conv2d of ${LARGE / 1e6} MFLOP and more`,
  has: (t) => isConv2d(t) && groupsOf(t) === 1 && t.measurement.flops >= LARGE,
}

export function summary(
  timed: readonly Timed[],
  skipped: readonly Skipped[],
  own: readonly string[],
  peaks: readonly number[],
): string {
  return [
    peakText(peaks),
    ...own.flatMap((name) => {
      const mine = timed.filter(({ measurement }) => measurement.implementation === name)
      return [
        ...partsText(
          `${name}: ${large.name}, of peak`,
          mine.filter(large.has).map((t) => t.measurement.ofPeak.median),
        ),
        ...gradientsText(name, mine),
        ...ratiosText(name, mine),
      ]
    }),
    ...skippedText(skipped),
  ].join('\n')
}

/** "optimized beside tfjs-wasm: all (27) 1.85 ×, conv2d (23) 1.9 ×; behind on …" */
function ratiosText(name: string, timed: readonly Timed[]): string[] {
  const marks = [...new Set(timed.flatMap(({ measurement }) => (measurement.ratio ?? []).map(({ to }) => to)))]
  return marks.map((mark) => {
    const ratioOf = (t: Timed): number | undefined => t.measurement.ratio?.find(({ to }) => to === mark)?.median
    const raced = timed.filter((t) => ratioOf(t) !== undefined)
    const parts = kinds.map(({ name, has }) => ({ name, members: raced.filter(has) }))
    const distinct = parts.filter(
      ({ members }, i) => members.length > 0 && parts.findIndex((p) => sameMembers(p.members, members)) === i,
    )
    const means = distinct.map(({ name, members }) => {
      const mean = geometricMean(members.map((t) => ratioOf(t)!))
      return `${name} (${members.length}) ${mean.toFixed(2)} ×`
    })
    const behind = raced.filter((t) => ratioOf(t)! < 1).sort((a, b) => ratioOf(a)! - ratioOf(b)!)
    const listed = behind
      .slice(0, LISTED)
      .map((t) => `${t.line.label || t.line.descriptor} ${ratioOf(t)!.toFixed(2)} ×`)
    const more = behind.length > LISTED ? ` and ${behind.length - LISTED} more` : ''
    return `${name} beside ${mark}: ${means.join(', ')}${behind.length > 0 ? `; behind on ${listed.join(', ')}${more}` : ''}`
  })
}

const sameMembers = (a: readonly Timed[], b: readonly Timed[]): boolean =>
  a.length === b.length && a.every((t, i) => t === b[i])

/** The peak moves with the machine, and each part of it is taken of the peak of its own rounds. */
function peakText(peaks: readonly number[]): string {
  if (peaks.length === 0) return 'nothing was timed'
  const [least, most] = [Math.min(...peaks), Math.max(...peaks)]
  const range = peaks.length > 1 ? `, from ${least.toFixed(1)} to ${most.toFixed(1)} case by case` : ''
  return `SIMD multiply-add peak ${quantile(peaks, 0.5).toFixed(1)} GFLOP/s${range}`
}

function partsText(what: string, parts: readonly number[]): string[] {
  if (parts.length === 0) return []
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`
  return [`${what} (${parts.length}): ${percent(geometricMean(parts))}, least ${percent(Math.min(...parts))}`]
}

/** Rates of gradients over that of their layer, each as a part of the peak of its own rounds. */
function gradientsText(name: string, timed: readonly Timed[]): string[] {
  const layers = timed.filter(({ line }) => !line.case.operator.endsWith('Gradient'))
  const parts = new Map<string, number[]>()
  for (const { line, measurement } of layers) {
    for (const operator of Object.values(operatorRow(line.case.operator).derivatives ?? {})) {
      const gradient = timed.find((t) => t.line.case.operator === operator && isOf(t, line.case))
      if (gradient)
        parts.set(operator, [
          ...(parts.get(operator) ?? []),
          gradient.measurement.ofPeak.median / measurement.ofPeak.median,
        ])
    }
  }
  return [...parts].flatMap(([operator, values]) => partsText(`${name}: ${operator}, of the layer's rate`, values))
}

/** Same sizes and the same attributes. */
const isOf = ({ line }: Timed, { sizes, attributes }: Timed['line']['case']): boolean =>
  JSON.stringify([line.case.sizes, line.case.attributes]) === JSON.stringify([sizes, attributes])

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
