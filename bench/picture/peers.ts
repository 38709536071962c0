/** How many times as fast as each peer, case by case, with intervals, and the geometric mean. */

import { isOwn } from '../suite/own.ts'
import { type Box, frame, HEAD, head } from './frame.ts'
import { legend, mark, whisker } from './mark.ts'
import { casesOf, groupsOf, type Measurement, roomFor, rowName, shortNames, WIDTH } from './rows.ts'
import { amount, logarithmic, logDomain } from './scale.ts'
import { element, INK, line, page, QUIET, SIZE, text } from './svg.ts'

/** Of a peer within the row of its case. */
const LANE = 13
const MEAN = 'geometric mean'

interface Ratio {
  readonly row: string
  readonly from: string
  readonly to: string
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Undefined where nothing was held against a peer; a rung beside another is the ladder's. */
export function peersPicture(name: string, all: readonly Measurement[]): string | undefined {
  const measured = all.filter(({ ratio }) => ratio?.some(({ to }) => !isOwn(to)))
  if (measured.length === 0) return undefined
  const short = shortNames(casesOf(measured))
  const who = [...new Set(measured.map(({ implementation }) => implementation))]
  const rowOf = (m: Measurement): string =>
    who.length > 1 ? `${short.get(m.case)}, ${m.implementation}` : short.get(m.case)!
  const ratios = measured.flatMap((m) =>
    m.ratio!.filter(({ to }) => !isOwn(to)).map((r): Ratio => ({ ...r, row: rowOf(m), from: m.implementation })),
  )
  const peers = [...new Set(ratios.map(({ to }) => to))]
  const groups = groupsOf(all)
  const rows = [...new Set(ratios.map(({ row }) => row))]
  const meanOf = (from: string): string => (who.length > 1 ? `${MEAN}, ${from}` : MEAN)
  const left = roomFor([...rows, ...who.map(meanOf)])
  const key = legend(peers, groups, left, HEAD, WIDTH - 24 - left)
  const top = HEAD + key.height + 26
  const row = Math.max(24, LANE * peers.length + 8)
  const box: Box = { left, top, right: WIDTH - 24, bottom: top + row * (rows.length + who.length) }
  const x = logarithmic(logDomain([...ratios.flatMap(({ low, high }) => [low, high]), 1]), [box.left, box.right])
  const lane = (y: number, to: string): number => y + (peers.indexOf(to) - (peers.length - 1) / 2) * LANE
  // Behind what belongs to a row: six peers fill it from edge to edge.
  const bands = [...rows.map((_, i) => (i % 2 === 0 ? '#ffffff' : '#f4f5f7')), ...who.map(() => '#e6e9ec')].map(
    (fill, i) => element('rect', { x: left, y: top + row * i, width: box.right - left, height: row, fill }),
  )
  const parts = rows.map((each, i) => {
    const y = top + row * (i + 0.5)
    const marks = ratios
      .filter((r) => r.row === each)
      .map(({ to, median, low, high }) => {
        const group = groups.indexOf(to)
        const tip = `${amount(median)} times as fast as ${to} [${amount(low)}, ${amount(high)}]`
        return (
          whisker(group, x.at(low), lane(y, to), x.at(high), lane(y, to)) +
          mark(group, x.at(median), lane(y, to), 4.2, tip)
        )
      })
    return rowName(each, left, box.right, y) + marks.join('')
  })
  // A row each of ours: a mean over several of them would be nobody's.
  const means = who.flatMap((from, i) => {
    const y = top + row * (rows.length + i + 0.5)
    return [rowName(meanOf(from), left, box.right, y, 600), ...peers.map((to) => meanMark(from, to, y))]
  })
  function meanMark(from: string, to: string, y: number): string {
    const logs = ratios.filter((r) => r.to === to && r.from === from).map(({ median }) => Math.log(median))
    if (logs.length === 0) return ''
    const mean = Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length)
    const at = x.at(mean)
    const right = at > box.right - 60
    const said = text(at + (right ? -9 : 9), lane(y, to) + 4, `${amount(mean)} ×`, {
      size: SIZE - 1,
      weight: 600,
      halo: true,
      anchor: right ? 'end' : 'start',
    })
    return mark(groups.indexOf(to), at, lane(y, to), 5.2) + said
  }
  const one = x.at(1)
  const about = `${who.length === 1 ? who[0] : 'ours'} over the peer in the same run, medians with intervals of 95 %; right of 1 is faster`
  return page(WIDTH, box.bottom + 52, `${name}: ratio to peers`, about, [
    head(`${name}: ratio to peers`, about),
    key.svg,
    ...bands,
    frame(box, { scale: x, title: 'times as fast as the peer', label: (v) => `${amount(v)} ×` }, undefined),
    line(one, box.top, one, box.bottom, INK, { 'stroke-width': 1.6 }),
    ...sides(one, box),
    ...parts,
    ...means,
  ])
}

/** Which side is which, where there is room for it. */
function sides(one: number, { left, right, top }: Box): string[] {
  const style = { size: SIZE - 1, fill: QUIET }
  return [
    ...(one - left > 80 ? [text(one - 8, top - 7, '← slower', { ...style, anchor: 'end' as const })] : []),
    ...(right - one > 80 ? [text(one + 8, top - 7, 'faster →', style)] : []),
  ]
}
