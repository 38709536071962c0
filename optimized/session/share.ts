/**
 * How a layer of a session is shared: results cut along one extent into parts, whose blocks and whose sums are those of the whole, bit
 * by bit. Weights are packed before and nothing is copied, so that what a part repeats is less than in threads/cut.ts.
 */
import { bounds, type Cut, FLOP } from '../threads/cut.ts'

/** Nanoseconds of a number that is read once more, from beyond L2: an estimate, 40 GB/s. */
export const READ = 0.1

/** A way to cut, and the nanoseconds that each part takes beside its share of the operations. */
export interface Way<Box> extends Cut<Box> {
  readonly repeated: number
}

/** The parts of the way whose slowest thread is done first, large ones first; the whole where nothing can be cut. */
export function shared<Box>(whole: Box, ways: readonly Way<Box>[], flops: number, threads: number): Box[] {
  const slowest = ({ units, repeated }: Way<Box>): number =>
    ((FLOP * flops) / units) * Math.ceil(units / threads) + repeated
  const [best] = ways.filter(({ units }) => units > 1).sort((a, b) => slowest(a) - slowest(b))
  if (threads === 1 || best === undefined) return [whole]
  const { units, repeated, part } = best
  const total = FLOP * flops + threads * repeated
  return bounds(units, threads, { total, repeated, ahead: 0 }).map(([from, to]) => part(from, to))
}
