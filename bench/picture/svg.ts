/** SVG as text: elements, and the page that every picture stands on. No browser, no fonts of its own. */
import { escapeMarkup } from '../../audit/report/escape.ts'

type Attributes = Readonly<Record<string, string | number | undefined>>

/** Two digits behind the point: a hundredth of a pixel. */
const number = (value: number): string => String(Math.round(100 * value) / 100)

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? number(value) : escapeMarkup(String(value))}"`)
    .join('')
  return children.length > 0 ? `<${name}${written}>${children.join('')}</${name}>` : `<${name}${written}/>`
}

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly fill?: string
  readonly weight?: number
  /** Degrees, about the text's own point. */
  readonly turn?: number
  /** White around the letters, where lines may pass below them. */
  readonly halo?: boolean
  /** Shown when the pointer rests on it: what had to be shortened. */
  readonly full?: string
}

export const SIZE = 12
export const INK = '#1c2024'
export const QUIET = '#555c63'
export const GRID = '#e3e6e9'

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor, size = SIZE, fill = INK, weight, turn, full, halo } = style
  const transform = turn === undefined ? undefined : `rotate(${turn} ${number(x)} ${number(y)})`
  const tip = full === undefined || full === content ? [] : [element('title', {}, escapeMarkup(full))]
  const around = halo
    ? { 'paint-order': 'stroke', stroke: '#ffffff', 'stroke-width': 3, 'stroke-linejoin': 'round' }
    : {}
  const attributes = {
    x,
    y,
    'text-anchor': anchor,
    'font-size': size,
    fill,
    'font-weight': weight,
    transform,
    ...around,
  }
  return element('text', attributes, ...tip, escapeMarkup(content))
}

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more: Attributes = {}): string =>
  element('line', { x1, y1, x2, y2, stroke, ...more })

/** A picture on paper of its own, so that a dark page around it changes nothing. `about` is read out to who does not see it. */
export function page(width: number, height: number, title: string, about: string, body: readonly string[]): string {
  const head = { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${number(width)} ${number(height)}` }
  return `${element(
    'svg',
    { ...head, role: 'img', 'font-family': 'system-ui, "DejaVu Sans", Arial, sans-serif' },
    element('title', {}, escapeMarkup(title)),
    element('desc', {}, escapeMarkup(about)),
    element('rect', { width, height, rx: 6, fill: '#ffffff' }),
    '\n',
    body.join('\n'),
  )}\n`
}

/** How wide a text will be at most, whatever font comes: as parts of its size, by DejaVu Sans, which is wide. */
export function widthOf(content: string, size = SIZE): number {
  let parts = 0
  for (const char of content) parts += charWidth(char)
  return parts * size
}

function charWidth(char: string): number {
  if (/[iljtf.,:;'|!()[\] ]/.test(char)) return 0.39
  if (/[mwMW%@]/.test(char)) return 0.97
  if (/[A-Z&÷×+−–=<>]/.test(char)) return 0.8
  return 0.64
}

/** At most so wide; what is in the middle of a longer text is left out, as names differ at both ends. */
export function fitted(content: string, width: number, size = SIZE): string {
  if (widthOf(content, size) <= width) return content
  for (let kept = content.length - 1; kept > 1; kept--) {
    const tail = kept >> 1
    const short = `${content.slice(0, kept - tail).trimEnd()}…${content.slice(content.length - tail).trimStart()}`
    if (widthOf(short, size) <= width) return short
  }
  return '…'
}
