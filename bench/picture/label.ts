/** Names beside points, none over another: as many as there is room for. */
import type { Box } from './frame.ts'
import { INK, text, widthOf } from './svg.ts'

export interface Named {
  readonly x: number
  readonly y: number
  readonly name: string
}

const SIZE = 10.5
const HEIGHT = SIZE + 2
const BESIDE = 7

const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/**
 * Tries right, left, above and below of each point in the order given. What would cover another name, a mark or the edge is left
 * out, and `named` says how many are there.
 */
export function labels(
  points: readonly Named[],
  marks: readonly { x: number; y: number }[],
  within: Box,
  taken: readonly Box[] = [],
): { svg: string; named: number } {
  const covered: Box[] = [
    ...taken,
    ...marks.map(({ x, y }) => ({ left: x - 5, top: y - 5, right: x + 5, bottom: y + 5 })),
  ]
  const parts: string[] = []
  for (const { x, y, name } of points) {
    const width = widthOf(name, SIZE)
    const corners = [
      [x + BESIDE, y - HEIGHT / 2],
      [x - BESIDE - width, y - HEIGHT / 2],
      [x - width / 2, y - BESIDE - HEIGHT],
      [x - width / 2, y + BESIDE],
      [x + BESIDE - 2, y - BESIDE - HEIGHT + 3],
      [x + BESIDE - 2, y + BESIDE - 3],
      [x - BESIDE - width + 2, y - BESIDE - HEIGHT + 3],
      [x - BESIDE - width + 2, y + BESIDE - 3],
    ] as const
    const place = corners
      .map(([left, top]): Box => ({ left, top, right: left + width, bottom: top + HEIGHT }))
      .find((box) => inside(box, within) && !covered.some((other) => meet(box, other)))
    if (!place) continue
    covered.push(place)
    parts.push(text(place.left, place.bottom - 3, name, { size: SIZE, fill: INK, halo: true }))
  }
  return { svg: parts.join(''), named: parts.length }
}

const inside = (box: Box, within: Box): boolean =>
  box.left >= within.left + 2 &&
  box.right <= within.right - 2 &&
  box.top >= within.top + 2 &&
  box.bottom <= within.bottom - 2
