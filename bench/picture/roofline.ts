/**
 * The roofline: what a call reaches below what the machine allows it, min(peak, bandwidth · intensity). Williams, Waterman &
 * Patterson 2009, doi:10.1145/1498765.1498785. Intensity counts operands and result once each, as if caches were perfect.
 */
import { type Box, frame, HEAD, head } from './frame.ts'
import { labels } from './label.ts'
import { legend, mark } from './mark.ts'
import { type Calibration, casesOf, type Measurement, namesIn, WIDTH } from './rows.ts'
import { amount, logarithmic, logDomain } from './scale.ts'
import { element, INK, page, QUIET, text, widthOf } from './svg.ts'

const HEIGHT = 440

export function rooflinePicture(name: string, all: readonly Measurement[], { peak, bandwidth }: Calibration): string {
  const measured = all.filter(({ flops, bytes }) => flops > 0 && bytes > 0)
  const { groups, shown, short } = namesIn(all, measured)
  const key = legend(shown, groups, 78, HEAD, WIDTH - 102)
  const top = HEAD + key.height + 14
  const box: Box = { left: 78, top, right: WIDTH - 24, bottom: top + HEIGHT }
  const ridge = peak / bandwidth
  const intensity = (m: Measurement): number => m.flops / m.bytes
  // The ridge is part of the picture, with a piece of the slope below it.
  const [first, last] = logDomain([...measured.map(intensity), ridge / 4, ridge * 4])
  const [low, high] = logDomain([...measured.map(({ rate }) => rate.median), peak, bandwidth * first * 2])
  const x = logarithmic([first, last], [box.left, box.right])
  const y = logarithmic([low, high * 1.15], [box.bottom, box.top])
  const at = (m: Measurement): { x: number; y: number } => ({ x: x.at(intensity(m)), y: y.at(m.rate.median) })

  const start = Math.max(first, y.domain[0] / bandwidth)
  const corner = { x: x.at(ridge), y: y.at(peak) }
  const foot = { x: x.at(start), y: y.at(bandwidth * start) }
  const roof = [foot, corner, { x: box.right, y: corner.y }].map((p) => `${p.x.toFixed(2)},${p.y.toFixed(2)}`).join(' ')
  const angle = (Math.atan2(corner.y - foot.y, corner.x - foot.x) * 180) / Math.PI
  const [peakSaid, slopeSaid] = [`peak ${amount(peak)} GFLOP/s`, `triad ${amount(bandwidth)} GB/s`]
  // The slope's name stands along it, in its upper half.
  const along = { x: foot.x + 0.62 * (corner.x - foot.x), y: foot.y + 0.62 * (corner.y - foot.y) }
  const half = widthOf(slopeSaid, 11) / 2
  const [dx, dy] = [half * Math.cos((angle * Math.PI) / 180), half * Math.abs(Math.sin((angle * Math.PI) / 180))]
  const taken: Box[] = [
    { left: box.right - widthOf(peakSaid, 11), top: corner.y - 17, right: box.right, bottom: corner.y + 3 },
    { left: along.x - dx - 12, top: along.y - dy - 18, right: along.x + dx, bottom: along.y + dy },
    ...segments(foot, corner),
    { left: corner.x, top: corner.y - 1, right: box.right, bottom: corner.y + 1 },
  ]
  const named = casesOf(measured).map((c) => {
    const best = measured.filter((m) => m.case === c).reduce((a, b) => (a.rate.median >= b.rate.median ? a : b))
    return { ...at(best), name: short.get(c)! }
  })
  const names = labels(named, measured.map(at), box, taken)
  const marks = measured.map((m) => {
    const place = at(m)
    const tip = `${m.implementation}, ${m.case}: ${amount(m.rate.median)} GFLOP/s at ${amount(intensity(m))} FLOP/byte`
    return mark(groups.indexOf(m.implementation), place.x, place.y, 4.5, tip)
  })
  const about =
    `ridge at ${amount(ridge)} FLOP/byte: left of it memory is the limit, unless caches hold the operands` +
    (names.named < named.length ? `; ${names.named} of ${named.length} cases have room for their name` : '')
  return page(WIDTH, box.bottom + 52, `${name}: roofline`, about, [
    head(`${name}: roofline`, about),
    key.svg,
    frame(
      box,
      { scale: x, title: 'arithmetic intensity, FLOP/byte (each operand and the result counted once)' },
      { scale: y, title: 'rate, GFLOP/s' },
    ),
    element('polyline', { points: roof, fill: 'none', stroke: INK, 'stroke-width': 1.6 }),
    text(box.right - 6, corner.y - 6, peakSaid, { anchor: 'end', size: 11 }),
    text(along.x - 4, along.y - 7, slopeSaid, { anchor: 'middle', size: 11, fill: QUIET, turn: angle }),
    ...marks,
    names.svg,
  ])
}

/** The slope as small boxes, so that no name stands across it. */
function segments(a: { x: number; y: number }, b: { x: number; y: number }): Box[] {
  const steps = 24
  return Array.from({ length: steps }, (_, i): Box => {
    const [x1, x2] = [a.x + ((b.x - a.x) * i) / steps, a.x + ((b.x - a.x) * (i + 1)) / steps]
    const [y1, y2] = [a.y + ((b.y - a.y) * i) / steps, a.y + ((b.y - a.y) * (i + 1)) / steps]
    return { left: x1, right: x2, top: Math.min(y1, y2), bottom: Math.max(y1, y2) }
  })
}
