/** GFLOP/s against the size of a call, up to the measured peak. */
import { type Box, frame, HEAD, head } from './frame.ts'
import { labels } from './label.ts'
import { legend, mark, whisker } from './mark.ts'
import { type Calibration, casesOf, type Measurement, namesIn, WIDTH } from './rows.ts'
import { amount, linear, logarithmic, logDomain } from './scale.ts'
import { INK, line, page, text, widthOf } from './svg.ts'

const HEIGHT = 420

/** The axis ends at the peak of one thread; only where threads together go beyond it does it go on. */
export function ratePicture(name: string, all: readonly Measurement[], { peak }: Calibration): string {
  const measured = all.filter(({ flops }) => flops > 0)
  const { groups, shown, short } = namesIn(all, measured)
  const key = legend(shown, groups, 70, HEAD, WIDTH - 94)
  const top = HEAD + key.height + 22
  const box: Box = { left: 70, top, right: WIDTH - 24, bottom: top + HEIGHT }
  const most = Math.max(...measured.map(({ rate }) => rate.high))
  const x = logarithmic(logDomain(measured.map(({ flops }) => flops / 1e6)), [box.left, box.right])
  const y = linear([0, most > peak ? 1.05 * most : peak], [box.bottom, box.top])
  const at = (m: Measurement): { x: number; y: number } => ({ x: x.at(m.flops / 1e6), y: y.at(m.rate.median) })
  const said = `measured peak of WebAssembly SIMD ${amount(peak)} GFLOP/s`
  const peakAt = y.at(peak)
  const taken = [{ left: box.right - widthOf(said, 11) - 8, top: peakAt - 16, right: box.right, bottom: peakAt + 2 }]
  // One name a case, at its fastest.
  const named = casesOf(measured).map((c) => {
    const best = measured.filter((m) => m.case === c).reduce((a, b) => (a.rate.median >= b.rate.median ? a : b))
    return { ...at(best), name: short.get(c)! }
  })
  const bars = measured.map((m) => {
    const { x } = at(m)
    return { left: x - 3, top: y.at(m.rate.high), right: x + 3, bottom: y.at(m.rate.low) }
  })
  const names = labels(named, measured.map(at), box, [...taken, ...bars])
  const unnamed = named.length - names.named
  const marks = measured.map((m) => {
    const group = groups.indexOf(m.implementation)
    const place = at(m)
    const tip = `${m.implementation}, ${m.case}: ${amount(m.rate.median)} GFLOP/s [${amount(m.rate.low)}, ${amount(m.rate.high)}]`
    return (
      whisker(group, place.x, y.at(m.rate.low), place.x, y.at(Math.min(m.rate.high, y.domain[1]))) +
      mark(group, place.x, place.y, 4.5, tip)
    )
  })
  const about = `medians with intervals of 95 %${unnamed > 0 ? `; ${named.length - unnamed} of ${named.length} cases have room for their name` : ''}`
  return page(WIDTH, box.bottom + 52, `${name}: rate against size`, about, [
    head(`${name}: rate against size`, about),
    key.svg,
    frame(box, { scale: x, title: 'work of a call, MFLOP' }, { scale: y, title: 'rate, GFLOP/s' }),
    line(box.left, peakAt, box.right, peakAt, INK, { 'stroke-width': 1.6, 'stroke-dasharray': '7 4' }),
    text(box.right, peakAt - 5, said, { anchor: 'end', size: 11 }),
    ...marks,
    names.svg,
  ])
}
