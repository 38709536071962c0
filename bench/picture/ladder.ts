/** The ladder: each rung's rate on each case, from the textbook to the fastest. */
import { type Box, frame, HEAD, head } from './frame.ts'
import { legend, mark, whisker } from './mark.ts'
import { type Calibration, casesOf, type Measurement, namesIn, roomFor, rowName, WIDTH } from './rows.ts'
import { amount, logarithmic, logDomain } from './scale.ts'
import { INK, line, page, text } from './svg.ts'

/** Between the rungs of a case, so that their intervals stand apart. */
const LANE = 3.4

/** Undefined where fewer than two rungs were measured. */
export function ladderPicture(name: string, all: readonly Measurement[], { peak }: Calibration): string | undefined {
  const measured = all.filter(({ rung, flops }) => rung !== undefined && flops > 0)
  const { groups, shown: rungs, short } = namesIn(all, measured)
  if (rungs.length < 2) return undefined
  const cases = casesOf(measured)
  const left = roomFor([...short.values()])
  const key = legend(rungs, groups, left, HEAD, WIDTH - 24 - left)
  const top = HEAD + key.height + 24
  const row = Math.max(24, LANE * rungs.length + 10)
  const box: Box = { left, top, right: WIDTH - 24, bottom: top + row * (cases.length + 0.5) }
  const x = logarithmic(logDomain([...measured.flatMap(({ rate }) => [rate.low, rate.high]), peak]), [
    box.left,
    box.right,
  ])
  const rows = cases.map((c, i) => {
    const y = top + row * (i + 0.75)
    const of = measured.filter((m) => m.case === c)
    const marks = of.map((m) => {
      const group = groups.indexOf(m.implementation)
      const lane = y + (rungs.indexOf(m.implementation) - (rungs.length - 1) / 2) * LANE
      const [low, high] = [x.at(m.rate.low), x.at(m.rate.high)]
      const tip = `${m.implementation}: ${amount(m.rate.median)} GFLOP/s [${amount(m.rate.low)}, ${amount(m.rate.high)}]`
      return whisker(group, low, lane, high, lane) + mark(group, x.at(m.rate.median), lane, 4.2, tip)
    })
    return rowName(short.get(c)!, left, box.right, y) + marks.join('')
  })
  const about = 'each mark a rung of the optimized ladder, medians with intervals of 95 %; right is faster'
  const peakAt = x.at(peak)
  return page(WIDTH, box.bottom + 52, `${name}: the ladder`, about, [
    head(`${name}: the ladder`, about),
    key.svg,
    frame(box, { scale: x, title: 'rate, GFLOP/s' }, undefined),
    line(peakAt, box.top, peakAt, box.bottom, INK, { 'stroke-width': 1.6, 'stroke-dasharray': '7 4' }),
    text(peakAt, box.top - 6, `peak of one thread ${amount(peak)} GFLOP/s`, {
      anchor: peakAt > WIDTH - 140 ? 'end' : 'middle',
      size: 11,
    }),
    ...rows,
  ])
}
