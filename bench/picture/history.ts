/** Histories, a panel a kernel: time ÷ frozen kernel against the first run, with change points. */
import { signed } from '../history/chart.ts'
import { commitText, type Series } from '../history/series.ts'
import { type Box, frame, HEAD, head } from './frame.ts'
import { mark, whisker } from './mark.ts'
import { WIDTH } from './rows.ts'
import { linear } from './scale.ts'
import { element, fitted, line, page, QUIET, SIZE, text, widthOf } from './svg.ts'

const PANEL = 128
const GAP = 92
const CHANGED = '#d55e00'
/** A panel shows at least this much, so that noise is not drawn as if it were news. */
const LEAST_HEIGHT = 0.04

export function historyPicture(all: readonly Series[]): string {
  const machines = new Set(all.map(({ entries }) => JSON.stringify(entries[0]!.fingerprint)))
  const about = `${all.length} series on ${machines.size} machine${machines.size === 1 ? '' : 's'}; lower is faster; intervals of 95 %, without a bar where they go on; change points are advisory`
  const title = 'Time ÷ frozen kernel, against the first run'
  const panels = all.map((series, i) => panel(series, HEAD + 26 + i * (PANEL + GAP)))
  return page(WIDTH, HEAD + 26 + all.length * (PANEL + GAP) - 26, title, about, [head(title, about), ...panels])
}

function panel({ name, case: descriptor, entries, values, changes }: Series, top: number): string {
  const box: Box = { left: 84, top, right: WIDTH - 24, bottom: top + PANEL }
  const first = values[0]!
  const part = (value: number): number => 100 * Math.expm1(value - first)
  const bars = entries.map(({ perFrozen }) => ({
    low: part(Math.log(perFrozen.low)),
    high: part(Math.log(perFrozen.high)),
  }))
  const points = values.map(part)
  const domain = heightOf(points, bars)
  const y = linear(domain, [box.bottom, box.top], 4)
  const ends = [-0.5, Math.max(values.length - 0.5, 0.5)] as const
  const plain = linear(ends, [box.left, box.right])
  const x = { ...plain, ticks: entries.map((_, i) => i) }
  const within = (value: number): number => y.at(Math.min(domain[1], Math.max(domain[0], value)))
  const path = points.map((value, i) => `${x.at(i).toFixed(2)},${within(value).toFixed(2)}`).join(' ')
  const { cpu, cores, node } = entries[0]!.fingerprint
  const machine = `${cpu}, ${cores} cores, Node ${node}`
  const called = fitted(`${name}${descriptor === null || descriptor.length === 0 ? '' : `  ${descriptor}`}`, 560)
  const room = box.right - box.left - widthOf(called) - 30
  return [
    text(box.left, top - 10, called, { weight: 600, full: `${name} ${descriptor ?? ''}` }),
    text(box.right, top - 10, fitted(machine, room, SIZE - 1), {
      anchor: 'end',
      size: SIZE - 1,
      fill: QUIET,
      full: machine,
    }),
    frame(
      box,
      { scale: x, title: '', label: (i) => commitText(entries[i]!) },
      { scale: y, title: 'change, %', label: (v) => `${v < 0 ? '−' : v > 0 ? '+' : ''}${Math.abs(v)}` },
    ),
    element('polyline', { points: path, fill: 'none', stroke: '#0072b2', 'stroke-width': 1, opacity: 0.5 }),
    ...points.map((value, i) => {
      const at = x.at(i)
      const tip = `${commitText(entries[i]!)}, ${entries[i]!.date.slice(0, 10)}: ${signed(value / 100)}`
      // Whiskers of a hundred runs would be a wall.
      const { low, high } = bars[i]!
      const ends = [low >= domain[0], high <= domain[1]] as const
      const bar = values.length <= 60 ? whisker(0, at, within(low), at, within(high), ends) : ''
      return bar + mark(0, at, within(value), values.length <= 60 ? 3.5 : 2.2, tip)
    }),
    ...changeMarks(changes, entries, box, x.at),
  ].join('')
}

/** Names of change points stand below the panel, each in a row where it does not meet the one before. */
function changeMarks(
  changes: Series['changes'],
  entries: Series['entries'],
  box: Box,
  at: (i: number) => number,
): string[] {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return changes.map(({ at: index, by }) => {
    const x = at(index - 0.5)
    const said = `${signed(Math.expm1(by))} at ${commitText(entries[index]!)}`
    const half = widthOf(said, 11) / 2
    const middle = Math.min(Math.max(x, box.left + half), box.right - half)
    const row = ends.findIndex((end) => end + 8 < middle - half)
    const rule = line(x, box.top, x, box.bottom + 5, CHANGED, {
      'stroke-width': 1.4,
      'stroke-dasharray': '4 3',
    })
    if (row < 0) return rule
    ends[row] = middle + half
    return rule + text(middle, box.bottom + 34 + 14 * row, said, { anchor: 'middle', size: 11, fill: '#a84300' })
  })
}

/** All points, and of their intervals what does not flatten the rest. */
function heightOf(points: readonly number[], bars: readonly { low: number; high: number }[]): [number, number] {
  const [low, high] = [Math.min(0, ...points), Math.max(0, ...points)]
  const spread = Math.max(high - low, 100 * LEAST_HEIGHT)
  const [under, over] = [Math.min(...bars.map((b) => b.low)), Math.max(...bars.map((b) => b.high))]
  return [Math.max(under, low - spread / 2) - spread * 0.08, Math.min(over, high + spread / 2) + spread * 0.08]
}
