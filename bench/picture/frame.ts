/** Axes: grid, ticks whose labels never touch, titles with units. */
import { amount, type Scale } from './scale.ts'
import { element, GRID, line, QUIET, SIZE, text, widthOf } from './svg.ts'

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface Axis {
  readonly scale: Scale
  readonly title: string
  /** Of a tick; `amount` unless told. */
  readonly label?: (value: number) => string
}

const SMALL = SIZE - 1
/** Between the labels of neighbouring ticks. */
const APART = 10

export function frame(box: Box, x: Axis, y: Axis | undefined): string {
  const { left, top, right, bottom } = box
  const parts: string[] = []
  for (const [value, label] of apart(x, (content) => widthOf(content, SMALL))) {
    const at = x.scale.at(value)
    parts.push(
      line(at, top, at, bottom, GRID),
      text(at, bottom + 16, label, { anchor: 'middle', size: SMALL, fill: QUIET }),
    )
  }
  const middle = (left + right) / 2
  parts.push(text(middle, bottom + 36, x.title, { anchor: 'middle', fill: QUIET }))
  if (y) {
    let widest = 0
    for (const [value, label] of apart(y, () => SMALL)) {
      const at = y.scale.at(value)
      widest = Math.max(widest, widthOf(label, SMALL))
      parts.push(
        line(left, at, right, at, GRID),
        text(left - 7, at + 4, label, { anchor: 'end', size: SMALL, fill: QUIET }),
      )
    }
    const height = (top + bottom) / 2
    parts.push(text(left - widest - 18, height, y.title, { anchor: 'middle', fill: QUIET, turn: -90 }))
  }
  const size = { x: left, y: top, width: right - left, height: bottom - top }
  parts.push(element('rect', { ...size, fill: 'none', stroke: '#9aa1a8' }))
  return parts.join('')
}

/** Ticks whose labels leave room between each other. */
function apart({ scale, label = amount }: Axis, room: (label: string) => number): [number, string][] {
  const kept: [number, string][] = []
  let end = Number.NEGATIVE_INFINITY
  const places = scale.ticks.map((value) => ({ value, at: scale.at(value) })).sort((a, b) => a.at - b.at)
  for (const { value, at } of places) {
    const content = label(value)
    const half = room(content) / 2
    if (at - half < end + APART) continue
    kept.push([value, content])
    end = at + half
  }
  return kept
}

/** Title and a quieter line below it. Returns how high both are together. */
export const HEAD = 58
export const head = (title: string, below: string): string =>
  text(24, 28, title, { size: 16, weight: 600 }) + text(24, 47, below, { fill: QUIET })
