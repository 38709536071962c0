/** The last lines of a run: geometric means by kind of layer, and what falls behind. */
import { operatorRow } from '../../reference/operators.ts'
import type { Skipped } from '../measure/record.ts'
import type { Timed } from './run.ts'
import { skippedText } from './text.ts'

/** Layers of so many operations have no excuse not to run near the peak. */
const LARGE = 50e6

interface Group {
  readonly name: string
  has(t: Timed): boolean
}

const isConv2d = ({ line }: Timed): boolean => line.case.operator === 'conv2d'
const groupsOf = ({ line }: Timed): number => line.case.attributes.groups ?? 1

const kinds: readonly Group[] = [
  { name: 'conv2d', has: (t) => isConv2d(t) && groupsOf(t) === 1 },
  { name: 'conv2d in groups', has: (t) => isConv2d(t) && groupsOf(t) > 1 && !isDepthwise(t) },
  { name: 'depthwise conv2d', has: (t) => isConv2d(t) && isDepthwise(t) },
  { name: 'dense', has: ({ line }) => line.case.operator === 'dense' },
  { name: 'pooling', has: ({ line }) => /^(max|average)Pool2d$/.test(line.case.operator) },
  { name: 'gradients', has: ({ line }) => line.case.operator.endsWith('Gradient') },
  { name: 'batches of 64', has: ({ line }) => line.case.sizes.n === 64 },
]

function isDepthwise(t: Timed): boolean {
  return groupsOf(t) > 1 && groupsOf(t) === t.line.case.sizes.c
}

export function summary(timed: readonly Timed[], skipped: readonly Skipped[], peak: number): string {
  const names = [...new Set(timed.map(({ measurement }) => measurement.implementation))]
  const all: Group = { name: 'all', has: () => true }
  const large: Group = {
    name: `conv2d of ${LARGE / 1e6} MFLOP and more`,
    has: (t) => kinds[0]!.has(t) && t.measurement.flops >= LARGE,
  }
  return [
    `SIMD multiply-add peak ${peak.toFixed(1)} GFLOP/s`,
    ...names.flatMap((name) => {
      const own = timed.filter(({ measurement }) => measurement.implementation === name)
      return [
        ...[all, ...kinds].flatMap((group) => ratiosText(name, group.name, own.filter(group.has))),
        ...partsText(
          `${name}: ${large.name}, of peak`,
          own.filter(large.has).map((t) => t.measurement.ofPeak),
        ),
        ...gradientsText(name, own),
      ]
    }),
    ...skippedText(skipped),
  ].join('\n')
}

/** "optimized: all (27): 1.85 × tfjs-wasm; behind on …" */
function ratiosText(name: string, group: string, timed: readonly Timed[]): string[] {
  const marks = [...new Set(timed.flatMap(({ measurement }) => (measurement.ratio ?? []).map(({ to }) => to)))]
  return marks.map((mark) => {
    const ratios = timed.flatMap(({ line, measurement }) => {
      const median = measurement.ratio?.find(({ to }) => to === mark)?.median
      return median === undefined ? [] : [{ name: line.label || line.descriptor, median }]
    })
    const behind = ratios.filter(({ median }) => median < 1)
    const listed = behind.map(({ name, median }) => `${name} ${median.toFixed(2)} ×`).join(', ')
    const mean = geometricMean(ratios.map(({ median }) => median)).toFixed(2)
    return `${name}: ${group} (${ratios.length}): ${mean} × ${mark}${behind.length > 0 ? `; behind on ${listed}` : ''}`
  })
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
        parts.set(operator, [...(parts.get(operator) ?? []), gradient.measurement.ofPeak / measurement.ofPeak])
    }
  }
  return [...parts].flatMap(([operator, values]) => partsText(`${name}: ${operator}, of the layer's rate`, values))
}

/** Same sizes and the same attributes. */
const isOf = ({ line }: Timed, { sizes, attributes }: Timed['line']['case']): boolean =>
  JSON.stringify([line.case.sizes, line.case.attributes]) === JSON.stringify([sizes, attributes])

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
