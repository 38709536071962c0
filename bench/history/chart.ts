/** Histories in the terminal: a small chart a kernel, change points marked and listed below. */
import { commitText, type Series } from './series.ts'

const ROWS = 6
const LABEL = 8

/** `columns`: how wide the terminal is. Longer series show the median of neighbours in one column. */
export function chart({ name, case: descriptor, entries, values, changes }: Series, columns: number): string {
  const first = values[0]!
  const parts = values.map((value) => Math.expm1(value - first))
  const most = Math.max(10, columns - LABEL - 3)
  const width = Math.min(most, parts.length)
  const column = (i: number): number => Math.floor((i * width) / parts.length)
  const shown = Array.from({ length: width }, (_, c) => middle(parts.filter((_, i) => column(i) === c)))
  const [low, high] = bounds(shown)
  const row = (part: number): number => Math.round(((high - part) / (high - low)) * (ROWS - 1))
  const marks = new Set(changes.map(({ at }) => column(at)))
  const lines = Array.from({ length: ROWS }, (_, r) => {
    const label = r % (ROWS - 1) === 0 ? signed(r === 0 ? high : low) : ''
    const cells = shown.map((part, c) => (row(part) === r ? '●' : marks.has(c) ? '┊' : ' '))
    return `${label.padStart(LABEL)} ┤${cells.join('')}`.trimEnd()
  })
  const axis = Array.from({ length: width }, (_, c) => (marks.has(c) ? '▲' : '─')).join('')
  const [begin, end] = [commitText(entries[0]!), commitText(entries.at(-1)!)]
  const ends = width >= begin.length + end.length + 1 ? begin.padEnd(width - end.length) + end : `${begin} … ${end}`
  return [
    `${name}${descriptor === null ? '' : `  ${descriptor}`}`,
    `${' '.repeat(LABEL)}  time ÷ frozen kernel against the first of ${entries.length}, ${machine(entries[0]!.fingerprint)}`,
    ...lines,
    `${' '.repeat(LABEL)} └${axis}`,
    `${' '.repeat(LABEL)}  ${entries.length > 1 ? ends : begin}`,
    ...changes.map(
      ({ at, by, p }) =>
        `${' '.repeat(LABEL)}  ▲ ${signed(Math.expm1(by))} at ${commitText(entries[at]!)}, ${entries[at]!.date.slice(0, 10)} (p ${p.toExponential(0)}, advisory)`,
    ),
  ].join('\n')
}

const machine = ({ cpu, node }: Series['entries'][number]['fingerprint']): string => `${cpu}, Node ${node}`

/** At least 2 % high, so that noise is not drawn as if it were news. */
function bounds(parts: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...parts), Math.max(...parts)]
  const spare = Math.max(0, 0.02 - (high - low)) / 2
  return [low - spare, high + spare]
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

export const signed = (part: number): string => `${part < 0 ? '−' : '+'}${Math.abs(100 * part).toFixed(1)} %`
