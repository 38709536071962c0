import type { Assembler } from '../kernel/assembler.ts'
import { f32, f32x4, i32, v128 } from '../kernel/expression.ts'

/**
 * One axis of a panel: so much padding, so many cells copied from `from` on, so much padding. `before` is the padding,
 * negative where the panel starts inside the source.
 */
export interface Border {
  readonly before: number
  readonly from: number
  readonly copied: number
  readonly after: number
}

/** What cells start … start + length − 1 of an axis of `extent` cells are: padding outside of it. */
export function borderOf(start: number, length: number, extent: number): Border {
  const from = Math.min(Math.max(start, 0), extent)
  const to = Math.max(from, Math.min(start + length, extent))
  const before = Math.min(length, Math.max(0, from - start))
  const copied = to - from
  return { before, from, copied, after: length - before - copied }
}

/** Zeros a row that are written one by one: padding is small, or of no matter for speed. */
const MOST_ZEROS = 16

/**
 * Emits border(from, to, planes, fromPlane, above, rows, below): copies planes of `rows` rows, W apart, into a panel of planes
 * `plane` bytes apart, with rows of `fill` above and below and the columns of it that `columns` says. With `phases` > 1 a row is laid out
 * as its columns 0, phases, 2·phases …, then 1, phases + 1, …: each phase `pitch` numbers long.
 */
export function emitBorder(
  module: Assembler,
  name: string,
  W: number,
  columns: Border,
  { plane, pitch, phases, fill = 0 }: { plane: number; pitch: number; phases: number; fill?: number },
): void {
  const rowBytes = 4 * pitch * phases
  const atOnce = phases === 2 && 2 * pitch - columns.copied <= MOST_ZEROS
  module.function(name, (f, from, to, planes, fromPlane, above, rows, below) => {
    const source = f.local('i32')
    const target = f.local('i32')
    const [low, high] = [f.local('v128'), f.local('v128')]
    const filled = fill === 0 ? v128.zero : f32x4.splat(f32.const(fill))
    const filling = (count: number): void => {
      f.times(Math.floor(count / 4), () => {
        f.storeV128(target.get, filled)
        f.advance(target, 16)
      })
      for (let i = 0; i < count % 4; i++) f.storeF32(target.get, f32.const(fill), 4 * i)
      f.advance(target, 4 * (count % 4))
    }
    const emptyRow = (): void => filling(pitch * phases)
    const wholeRow = (): void => {
      filling(columns.before)
      f.times(Math.floor(columns.copied / 4), () => {
        f.storeV128(target.get, v128.load(source.get))
        f.advance(source, 16)
        f.advance(target, 16)
      })
      const rest = columns.copied % 4
      for (let i = 0; i < rest; i++) f.storeF32(target.get, f32.load(source.get, 4 * i), 4 * i)
      f.advance(target, 4 * rest)
      f.advance(source, 4 * (W - columns.copied + rest))
      filling(pitch - columns.before - columns.copied)
    }
    const phasedRow = (): void => {
      const { before, copied } = columns
      for (let phase = 0; phase < phases; phase++) {
        // Panel column j·phases + phase is source column j·phases + phase − before.
        const first = Math.max(0, Math.ceil((before - phase) / phases))
        const start = first * phases + phase - before
        const count = Math.max(0, Math.ceil((copied - start) / phases))
        filling(first)
        f.advance(source, 4 * start)
        f.times(count, () => {
          f.storeF32(target.get, f32.load(source.get))
          f.advance(source, 4 * phases)
          f.advance(target, 4)
        })
        f.advance(source, -4 * (start + count * phases))
        filling(pitch - first - count)
      }
      f.advance(source, 4 * W)
    }
    /** Stride 2, as in every network: both phases from the same loads, eight columns at a time. */
    const bothPhases = (): void => {
      const { before, copied } = columns
      const part = (phase: 0 | 1) => {
        const first = Math.max(0, Math.ceil((before - phase) / 2))
        const start = 2 * first + phase - before
        return {
          row: phase * pitch,
          at: phase * pitch + first,
          start,
          count: Math.max(0, Math.ceil((copied - start) / 2)),
        }
      }
      const parts = [part(0), part(1)] as const
      const [even, odd] = parts[0].start === 0 ? parts : [parts[1], parts[0]]
      const fours = Math.floor(Math.min(even.count, odd.count) / 4)
      const zero = (from: number, to: number): void => {
        for (let i = from; i < to; i++) f.storeF32(target.get, f32.const(fill), 4 * i)
      }
      for (const { row, at, count } of parts) {
        zero(row, at)
        zero(at + count, row + pitch)
      }
      f.times(fours, () => {
        f.set(low, v128.load(source.get))
        f.set(high, v128.load(source.get, 16))
        f.storeV128(target.get, v128.shuffle32(low.get, high.get, [0, 2, 4, 6]), 4 * even.at)
        f.storeV128(target.get, v128.shuffle32(low.get, high.get, [1, 3, 5, 7]), 4 * odd.at)
        f.advance(source, 32)
        f.advance(target, 16)
      })
      for (const { at, start, count } of parts) {
        for (let i = 4 * fours; i < count; i++) {
          const value = f32.load(source.get, 4 * (2 * (i - 4 * fours) + start))
          f.storeF32(target.get, value, 4 * (at + i - 4 * fours))
        }
      }
      f.advance(source, 4 * W - 32 * fours)
      f.advance(target, 4 * 2 * pitch - 16 * fours)
    }
    f.times(planes.get, () => {
      f.set(source, i32.add(from.get, i32.const(4 * columns.from)))
      f.set(target, to.get)
      f.times(above.get, emptyRow)
      f.times(rows.get, phases === 1 ? wholeRow : atOnce ? bothPhases : phasedRow)
      f.times(below.get, emptyRow)
      f.set(from, i32.add(from.get, fromPlane.get))
      f.advance(to, plane)
    })
    // The row length is part of the emission: it says how far `to` may be written.
    if (rowBytes > plane) throw new RangeError(`border: a row of ${rowBytes} bytes, planes only ${plane} apart`)
  })
}
