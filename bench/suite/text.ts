/** A case as lines of text, and what was left out. */
import { type Interval, intervalText } from '../interval.ts'
import type { Measurement, Skipped } from '../measure/record.ts'
import type { Timed } from './run.ts'

/** What was timed of one case: a line that names it, and one an implementation. */
export function caseText(timed: readonly Timed[]): string {
  const [first] = timed
  if (!first) return ''
  const { line, measurement, counted } = first
  const { flops, bytes } = measurement
  const work = `${quantity(flops / 1e6)} MFLOP, ${quantity(bytes / 1e6)} MB, ${counted}`
  const head = [`${line.suite}${line.label ? `/${line.label}` : ''}`, line.descriptor, work].join('  ')
  return [head, ...timed.map((one) => lineText(one, timed))].join('\n')
}

/** A ratio stands with the one that has it; of several packages, with the package. */
function ratiosText(m: Measurement, timed: readonly Timed[]): string[] {
  const marks = new Set(timed.flatMap(({ measurement }) => (measurement.ratio ?? []).map(({ to }) => to)))
  if (marks.size < 2) return (m.ratio ?? []).map((ratio) => `${intervalText(ratio, ' ×')} ${ratio.to}`)
  return timed.flatMap(({ measurement }) =>
    (measurement.ratio ?? [])
      .filter(({ to }) => to === m.implementation)
      .map((ratio) => `${measurement.implementation} ${intervalText(ratio, ' ×')}`),
  )
}

function lineText({ measurement: m, error, steady }: Timed, all: readonly Timed[]): string {
  const columns = [
    m.implementation.padEnd(18),
    timeText(m.seconds).padEnd(26),
    intervalText(m.rate, ' GFLOP/s', m.rate.median < 10 ? 2 : 1).padEnd(28),
    `${percentText(m.ofPeak)} of peak`.padEnd(22),
    `${percentText(m.ofBandwidth)} of bandwidth`.padEnd(27),
    `${m.verdict}, error ${error.toExponential(1)}`.padEnd(25),
    ...ratiosText(m, all),
    ...(steady ? [] : ['not steady']),
  ]
  return `  ${columns.join('  ').trimEnd()}`
}

/** Microseconds below a millisecond. */
function timeText({ median, low, high }: Interval): string {
  const [scale, unit] = median < 1e-3 ? [1e6, ' µs'] : [1e3, ' ms']
  return intervalText({ median: scale * median, low: scale * low, high: scale * high }, unit)
}

const percentText = ({ median, low, high }: Interval): string =>
  intervalText({ median: 100 * median, low: 100 * low, high: 100 * high }, ' %', 0)

const quantity = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

/** "tfjs-wasm: not offered on 3 cases, first resnet50 …: message", what is wrong on a line of its own each. */
export function skippedText(skipped: readonly Skipped[]): string[] {
  const groups = new Map<string, Skipped[]>()
  for (const entry of skipped) {
    const key = entry.why === 'wrong' ? JSON.stringify(entry) : `${entry.implementation} ${entry.why}`
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return [...groups.values()].map((entries) => {
    const { implementation, why, message, suite, case: descriptor } = entries[0]!
    if (descriptor === '') return `${implementation}: ${why} to start: ${message}`
    if (why === 'wrong') return `${implementation}: WRONG and not timed on ${suite} ${descriptor}: ${message}`
    return `${implementation}: ${why} on ${entries.length} of the cases, first on ${descriptor}: ${message}`
  })
}
