/**
 * The three transforms of F(4,3) on one axis, with the interpolation points 0, ±1, ±2 and ∞:
 *
 *   y = Aᵀ((G g) ∘ (Bᵀ d)),   d six numbers of x, g three of w, y four results
 *
 *        ⎡4  0 −5  0  1  0⎤        ⎡1  0  0⎤             ⎡6 −4 −4  1  1  0⎤
 *        ⎢0 −4 −4  1  1  0⎥        ⎢1  1  1⎥             ⎢0 −4  4  2 −2  0⎥
 *   Bᵀ = ⎢0  4 −4 −1  1  0⎥    G = ⎢1 −1  1⎥   Aᵀ = 1/24 ⎢0 −4 −4  4  4  0⎥
 *        ⎢0 −2 −1  2  1  0⎥        ⎢1  2  4⎥             ⎣0 −4  4  8 −8 24⎦
 *        ⎢0  2 −1 −2  1  0⎥        ⎢1 −2  4⎥
 *        ⎣0  4  0 −5  0  1⎦        ⎣0  0  1⎦
 *
 * Lavin & Gray divide the rows of G by 4, −6, −6, 24, 24, 1; here the columns of Aᵀ are, which spares 45 of 117 operations a
 * kernel and costs 36 of 182 a tile of results. Rows and columns scaled by opposite factors change no error but that of the
 * factor itself. Aᵀ stands without a common 1/6, so that a plane is divided by 36 once, at its end.
 *
 * Source: Lavin & Gray, arXiv:1509.09308, §4.3.
 */
import type { FunctionBuilder, Local } from '../kernel/assembler.ts'
import { type Expression, f32, f32x4 } from '../kernel/expression.ts'

type V128 = Expression<'v128'>
type Vector = Local<'v128'>
const { add, sub, mul } = f32x4

/** A local that holds the value from here on. */
export function keep(f: FunctionBuilder, value: V128): Vector {
  const to = f.local('v128')
  f.set(to, value)
  return to
}

/** The number in all four lanes. */
export const constant = (f: FunctionBuilder, value: number): V128 => keep(f, f32x4.splat(f32.const(value))).get

/** Bᵀd, in 17 operations: 4d₀ − 5d₂ + d₄ is 4(d₀ − d₂) + (d₄ − d₂), and d₄ − d₂ is needed anyway. */
export function inputTransform(f: FunctionBuilder, four: V128, d: readonly V128[]): V128[] {
  const [d0, d1, d2, d3, d4, d5] = [d[0]!, d[1]!, d[2]!, d[3]!, d[4]!, d[5]!]
  const even = keep(f, sub(d4, d2)).get
  const odd = keep(f, sub(d3, d1)).get
  const even1 = keep(f, sub(d4, mul(four, d2))).get
  const odd1 = keep(f, sub(d3, mul(four, d1))).get
  const odd2 = keep(f, add(odd, odd)).get
  return [
    add(mul(four, sub(d0, d2)), even),
    add(even1, odd1),
    sub(even1, odd1),
    add(even, odd2),
    sub(even, odd2),
    sub(sub(d5, d3), mul(four, odd)),
  ]
}

/** G g, in 8 operations. */
export function weightTransform(f: FunctionBuilder, four: V128, g: readonly V128[]): V128[] {
  const [g0, g1, g2] = [g[0]!, g[1]!, g[2]!]
  const outer = keep(f, add(g0, g2)).get
  const outer2 = keep(f, add(g0, mul(four, g2))).get
  const inner2 = keep(f, add(g1, g1)).get
  return [g0, add(outer, g1), sub(outer, g1), add(outer2, inner2), sub(outer2, inner2), g2]
}

/** The numbers that the last transform multiplies by. */
export interface OutputConstants {
  readonly quarter: V128
  readonly half: V128
  readonly threeHalves: V128
  readonly six: V128
}

/** 6·Aᵀm, in 15 operations. */
export function outputTransform(f: FunctionBuilder, k: OutputConstants, m: readonly V128[]): V128[] {
  const [m0, m1, m2, m3, m4, m5] = [m[0]!, m[1]!, m[2]!, m[3]!, m[4]!, m[5]!]
  const sum1 = keep(f, add(m1, m2)).get
  const difference1 = keep(f, sub(m1, m2)).get
  const sum2 = keep(f, add(m3, m4)).get
  const difference2 = keep(f, sub(m3, m4)).get
  return [
    sub(add(mul(k.threeHalves, m0), mul(k.quarter, sum2)), sum1),
    sub(mul(k.half, difference2), difference1),
    sub(sum2, sum1),
    add(sub(add(difference2, difference2), difference1), mul(k.six, m5)),
  ]
}
