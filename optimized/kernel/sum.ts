/** The order in which a tile sums: its taps, and the loops around them. */
import { type Expression, i32 } from './expression.ts'

/** The order of the sum: taps at constant byte offsets, and counted loops around them that step through x. */
export type Sum =
  | { readonly kind: 'taps'; readonly offsets: readonly number[] }
  | { readonly kind: 'loop'; readonly times: Times; readonly step: number; readonly body: Sum }
  | { readonly kind: 'sequence'; readonly parts: readonly Sum[] }

/** A number of iterations known when the kernel is emitted, or computed from its parameter `count`. */
type Times = number | ((count: Expression<'i32'>) => Expression<'i32'>)

/** `repeat` taps that lie `step` apart, `unroll` of them a loop iteration; what remains follows without a loop. */
export function run(times: number, step: number, unroll: number): Sum {
  const offsets = (length: number): number[] => Array.from({ length }, (_, i) => i * step)
  const loops = Math.floor(times / unroll)
  const rest = times - loops * unroll
  const parts: Sum[] = []
  if (loops > 0)
    parts.push({ kind: 'loop', times: loops, step: unroll * step, body: { kind: 'taps', offsets: offsets(unroll) } })
  if (rest > 0)
    parts.push({ kind: 'loop', times: 1, step: rest * step, body: { kind: 'taps', offsets: offsets(rest) } })
  return { kind: 'sequence', parts }
}

/** The body `count` times, `count` known when the kernel runs, `unroll` of them an iteration. */
export function deep(offsets: readonly number[], step: number, unroll: number): Sum {
  const unrolled = Array.from({ length: unroll }, (_, i) => offsets.map((offset) => i * step + offset)).flat()
  if (unroll === 1) return { kind: 'loop', times: (count) => count, step, body: { kind: 'taps', offsets } }
  return {
    kind: 'sequence',
    parts: [
      {
        kind: 'loop',
        times: (count) => i32.divU(count, i32.const(unroll)),
        step: unroll * step,
        body: { kind: 'taps', offsets: unrolled },
      },
      {
        kind: 'loop',
        times: (count) => i32.remU(count, i32.const(unroll)),
        step,
        body: { kind: 'taps', offsets },
      },
    ],
  }
}
