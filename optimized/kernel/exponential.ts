/**
 * eᶻ in pairs of float64, for results of float32: z = k·log 2 + r, |r| ≤ ½ log 2, eᶻ = 2ᵏ·eʳ. Taylor's series of eʳ − 1 up to r⁸
 * leaves 0.35⁹/9! = 2·10⁻¹⁰, which moves the rounding to float32 by 0.004 ulps. Source: Muller, Elementary Functions, ch. 11.
 */
import type { FunctionBuilder, Local } from './assembler.ts'
import { type Expression, f64x2 } from './expression.ts'
import { held, kept } from './halves.ts'

type V128 = Expression<'v128'>

const DEGREE = 8
/** 1.5·2⁵² has its unit in the last bit: with a whole number added, that number stands in the lowest bits. 1023 is the exponent of 1. */
const EXPONENT = 1.5 * 2 ** 52 + 1023

/** eᶻ = scale·(1 + less): `less` is eʳ − 1, precise to its last bits near 0. NaN stays in `less`. */
export interface Exponential {
  readonly scale: Local<'v128'>
  readonly less: Local<'v128'>
}

/** Prepares constants; what it returns writes the statements for one z, |z| ≤ `limit` or taken to be. */
export function exponential(f: FunctionBuilder, limit: number): (z: V128) => Exponential {
  const [most, least] = [held(f, limit), held(f, -limit)]
  const [perLog2, log2, exponent] = [held(f, Math.LOG2E), held(f, Math.LN2), held(f, EXPONENT)]
  let factorial = 1
  const terms = Array.from({ length: DEGREE }, (_, i) => {
    factorial *= i + 1
    return held(f, 1 / factorial)
  })
  return (z) => {
    const within = kept(f, f64x2.pmin(f64x2.pmax(z, least), most))
    const k = kept(f, f64x2.nearest(f64x2.mul(within.get, perLog2)))
    const r = kept(f, f64x2.sub(within.get, f64x2.mul(k.get, log2)))
    const sum = kept(f, terms.at(-1)!)
    for (const term of terms.slice(0, -1).reverse()) f.set(sum, f64x2.add(f64x2.mul(sum.get, r.get), term))
    return {
      scale: kept(f, f64x2.shiftLeft(f64x2.add(k.get, exponent), 52)),
      less: kept(f, f64x2.mul(sum.get, r.get)),
    }
  }
}
