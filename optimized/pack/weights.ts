import type { Assembler, FunctionBuilder, Local } from '../kernel/assembler.ts'
import { f32, f32x4, i32, v128 } from '../kernel/expression.ts'
import { lanesOf } from '../kernel/lanes.ts'
import { quads } from '../kernel/transpose.ts'

/** A loop of the packed order, outermost first: how often, and how many numbers the source moves each time. */
export interface Step {
  readonly times: number
  readonly step: number
}

/**
 * Emits pack(from, to, blocks, narrow): [lane block][depth][lane], depth in the order of `steps`; lane o of a source lies o·lane
 * numbers on. So many blocks of eight lanes, and where `narrow` is not 0 what `count` lanes leave over eights. Lanes that do not exist are zero. Depth that lies in a row is read in vectors of four and transposed, lanes that do are copied:
 * number by number, packing was 16 % of 512→512 on 7², 3×3.
 */
export function emitPack(module: Assembler, name: string, count: number, lane: number, steps: readonly Step[]): void {
  const { full, rest, restWidth } = lanesOf(count)
  const joined = join(steps)
  const isRow = joined.length === 1 && joined[0]!.step === 1
  const loops = isRow ? [] : joined
  module.function(name, (f, from, to, blocks, narrow) => {
    const at = f.local('i32')
    const walk = (depth: number, valid: number, width: number): void => {
      const step = loops[depth]
      if (step === undefined) {
        if (isRow) row(f, at, to, { lane, valid, width, depth: joined[0]!.times })
        else numbers(f, at, to, { lane, valid, width })
        return
      }
      f.times(step.times, () => {
        walk(depth + 1, valid, width)
        f.advance(at, 4 * step.step)
      })
      f.advance(at, -4 * step.step * step.times)
    }
    const block = (valid: number, width: number): void => {
      f.set(at, from.get)
      walk(0, valid, width)
      f.advance(from, 8 * lane * 4)
    }
    if (full > 0) f.times(blocks.get, () => block(8, 8))
    if (rest > 0) f.if(narrow.get, () => block(rest, restWidth))
  })
}

/** Loops that go on where the inner one ends are one loop. */
function join(steps: readonly Step[]): Step[] {
  const joined: Step[] = []
  for (const step of steps) {
    const outer = joined.at(-1)
    if (step.times === 1) continue
    if (outer?.step === step.step * step.times)
      joined[joined.length - 1] = { times: outer.times * step.times, step: step.step }
    else joined.push(step)
  }
  return joined.length > 0 ? joined : [{ times: 1, step: 1 }]
}

interface Lanes {
  readonly lane: number
  readonly valid: number
  readonly width: number
}

/** One depth: `width` numbers, a lane each. */
function numbers(f: FunctionBuilder, at: Local<'i32'>, to: Local<'i32'>, { lane, valid, width }: Lanes): void {
  let o = 0
  for (; lane === 1 && o + 4 <= valid; o += 4) f.storeV128(to.get, v128.load(at.get, 4 * o), 4 * o)
  for (; o < width; o++) f.storeF32(to.get, o < valid ? f32.load(at.get, 4 * o * lane) : f32.const(0), 4 * o)
  f.advance(to, 4 * width)
}

/** `depth` neighbours of each lane, four by four through registers. */
function row(f: FunctionBuilder, at: Local<'i32'>, to: Local<'i32'>, lanes: Lanes & { readonly depth: number }): void {
  const { lane, valid, width, depth } = lanes
  const vectors = Array.from({ length: 4 }, () => f.local('v128'))
  const [a, b, c, d] = vectors as [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>]
  f.times(Math.floor(depth / 4), () => {
    for (let o = 0; o < width; o += 4) {
      for (const [i, vector] of vectors.entries())
        f.set(vector, o + i < valid ? v128.load(at.get, 4 * (o + i) * lane) : v128.zero)
      for (const [k, turned] of quads(f, [a, b, c, d]).entries()) f.storeV128(to.get, turned.get, 4 * (k * width + o))
    }
    f.advance(at, 16)
    f.advance(to, 16 * width)
  })
  for (let k = 0; k < depth % 4; k++) {
    numbers(f, at, to, lanes)
    f.advance(at, 4)
  }
}

/** Sums side by side: one after the other, each would wait for the one before. */
const CHAINS = 4

/**
 * Emits finite(from, vectors): 0 where all 4·vectors numbers are finite, else NaN. 0·v is 0 for a finite v and NaN for another, and a
 * sum keeps a NaN. A zero of padding may meet finite weights alone.
 */
export function emitFinite(module: Assembler, name: string): void {
  module.function(
    name,
    (f, from, vectors) => {
      const sums = Array.from({ length: CHAINS }, () => f.local('v128'))
      const [first, ...others] = sums as [Local<'v128'>, ...Local<'v128'>[]]
      for (const sum of sums) f.set(sum, v128.zero)
      const take = (chains: readonly Local<'v128'>[]): void => {
        for (const [i, sum] of chains.entries())
          f.set(sum, f32x4.add(sum.get, f32x4.mul(v128.load(from.get, 16 * i), v128.zero)))
        f.advance(from, 16 * chains.length)
      }
      f.times(i32.divU(vectors.get, i32.const(CHAINS)), () => take(sums))
      f.times(i32.remU(vectors.get, i32.const(CHAINS)), () => take([first]))
      const sum = others.reduce((total, other) => f32x4.add(total, other.get), first.get)
      f.set(first, sum)
      const lane = (i: number) => f32x4.extractLane(first.get, i)
      f.return(f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3))))
    },
    'f32',
  )
}
