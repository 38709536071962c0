/** Four float32 as two pairs of float64 and back: what is computed between is rounded once. */
import type { FunctionBuilder, Local } from './assembler.ts'
import { type Expression, f64x2, v128 } from './expression.ts'

type V128 = Expression<'v128'>

/** Two float32 from memory. */
export const widened = (at: Local<'i32'>, offset: number): V128 => f64x2.promoteLow(v128.load64Zero(at.get, offset))
export const lowHalf = (x: V128): V128 => f64x2.promoteLow(x)
export const highHalf = (x: V128): V128 => f64x2.promoteLow(v128.shuffle32(x, x, [2, 3, 2, 3]))
export const joined = (low: V128, high: V128): V128 =>
  v128.shuffle32(f64x2.demoteZero(low), f64x2.demoteZero(high), [0, 1, 4, 5])

/** The float64 in all lanes of a local, which a loop then has at hand. */
export function held(f: FunctionBuilder, value: number): V128 {
  const local = f.local('v128')
  f.set(local, f64x2.const(value))
  return local.get
}

/** A value that is used more than once. */
export function kept(f: FunctionBuilder, value: V128): Local<'v128'> {
  const local = f.local('v128')
  f.set(local, value)
  return local
}
