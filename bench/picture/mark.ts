/** Marks: a colour and a shape a group, so that neither colour vision nor a colour printer is needed to tell them apart. */
import { escapeMarkup } from '../../audit/report/escape.ts'
import { element, line, SIZE, text, widthOf } from './svg.ts'

/** Colours that the colour-blind tell apart, after Okabe & Ito 2008: light ones darkened for white paper, yellow left out. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#b87900', '#3f9fd8', '#4d4d4d'] as const
const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'wedge', 'cross'] as const

const colourOf = (group: number): string => COLOURS[group % COLOURS.length]!

/** 7 colours by 6 shapes: 42 groups before one comes again. */
export function mark(group: number, x: number, y: number, radius = 4.5, tip?: string): string {
  const fill = colourOf(group)
  const shape = SHAPES[group % SHAPES.length]!
  const r = radius
  const points: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
    triangle: [
      [0, -r * 1.15],
      [r * 1.1, r * 0.9],
      [-r * 1.1, r * 0.9],
    ],
    diamond: [
      [0, -r * 1.25],
      [r * 1.25, 0],
      [0, r * 1.25],
      [-r * 1.25, 0],
    ],
    wedge: [
      [0, r * 1.15],
      [r * 1.1, -r * 0.9],
      [-r * 1.1, -r * 0.9],
    ],
    cross: [
      [-r, -r * 0.4],
      [-r * 0.4, -r * 0.4],
      [-r * 0.4, -r],
      [r * 0.4, -r],
      [r * 0.4, -r * 0.4],
      [r, -r * 0.4],
      [r, r * 0.4],
      [r * 0.4, r * 0.4],
      [r * 0.4, r],
      [-r * 0.4, r],
      [-r * 0.4, r * 0.4],
      [-r, r * 0.4],
    ],
  }
  const look = { fill, stroke: '#ffffff', 'stroke-width': 0.75 }
  const inner = tip === undefined ? [] : [element('title', {}, escapeMarkup(tip))]
  if (shape === 'circle') return element('circle', { cx: x, cy: y, r, ...look }, ...inner)
  if (shape === 'square')
    return element('rect', { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8, ...look }, ...inner)
  const written = points[shape]!.map(([dx, dy]) => `${(x + dx).toFixed(2)},${(y + dy).toFixed(2)}`).join(' ')
  return element('polygon', { points: written, ...look }, ...inner)
}

/** An interval with its ends; an end that lies outside the picture has no bar across it. */
export function whisker(
  group: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  ends: readonly [boolean, boolean] = [true, true],
): string {
  const stroke = colourOf(group)
  const [dx, dy] = x1 === x2 ? [3, 0] : [0, 3]
  const width = { 'stroke-width': 1.2, opacity: 0.75 }
  return [
    line(x1, y1, x2, y2, stroke, width),
    ends[0] ? line(x1 - dx, y1 - dy, x1 + dx, y1 + dy, stroke, width) : '',
    ends[1] ? line(x2 - dx, y2 - dy, x2 + dx, y2 + dy, stroke, width) : '',
  ].join('')
}

const ROW = 20

/** Names with their marks, in as many rows as they need; `groups` says which mark is whose. */
export function legend(
  names: readonly string[],
  groups: readonly string[],
  left: number,
  top: number,
  width: number,
): { svg: string; height: number } {
  let [x, y] = [left, top]
  const parts: string[] = []
  for (const name of names) {
    const needs = 16 + widthOf(name) + 18
    if (x > left && x + needs > left + width) [x, y] = [left, y + ROW]
    parts.push(mark(groups.indexOf(name), x + 5, y + ROW / 2), text(x + 16, y + ROW / 2 + 4, name, { size: SIZE }))
    x += needs
  }
  return { svg: parts.join(''), height: names.length > 0 ? y + ROW - top : 0 }
}
