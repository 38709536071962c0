/**
 * F8. Activations and their slopes, four numbers at a time: name(x, y, to, vectors), where y is the second operand or not
 * looked at. Those that are not a choice among their operands count in float64 and round once, as the rung below does.
 */
import type { Assembler, FunctionBuilder } from './assembler.ts'
import { exponential } from './exponential.ts'
import { type Expression, f32x4, f64x2, v128 } from './expression.ts'
import { held, highHalf, joined, kept, lowHalf } from './halves.ts'

type V128 = Expression<'v128'>
type Body = (x: V128, y: V128) => V128

/** σ(−105) and 1 − σ(105) are below half the smallest float32; tanh(20) is 1. */
const SIGMOID_LIMIT = 105
const TANH_LIMIT = 2 * 20

/** What comes before the loop, and what stands in it. */
const bodies = {
  /** max(x, 0), NaN for NaN, +0 for −0. */
  relu: () => (x) => f32x4.max(x, v128.zero),
  /** y where x > 0, else 0. */
  reluGradient: () => (x, y) => v128.and(y, f32x4.gt(x, v128.zero)),
  /** 1/(1 + e⁻ˣ). */
  sigmoid: (f) => {
    const [exp, one] = [exponential(f, SIGMOID_LIMIT), held(f, 1)]
    return inHalves(f, (x) => {
      const { scale, less } = exp(f64x2.sub(v128.zero, x))
      return f64x2.div(one, f64x2.add(one, f64x2.add(f64x2.mul(scale.get, less.get), scale.get)))
    })
  },
  /** (e²ˣ − 1)/(e²ˣ + 1) of |x|, with the sign of x. */
  tanh: (f) => {
    const [exp, one, two] = [exponential(f, TANH_LIMIT), held(f, 1), held(f, 2)]
    const sign = held(f, -0)
    return inHalves(f, (x) => {
      const size = f64x2.mul(v128.andNot(x, sign), two)
      const { scale, less } = exp(size)
      const above = kept(f, f64x2.add(f64x2.mul(scale.get, less.get), f64x2.sub(scale.get, one)))
      return v128.or(f64x2.div(above.get, f64x2.add(above.get, two)), v128.and(x, sign))
    })
  },
  /** The gradients are given outputs x and error terms y: y·(x(1 − x)). */
  sigmoidGradient: (f) => {
    const one = held(f, 1)
    return inHalves(f, (x, y) => f64x2.mul(y, f64x2.mul(x, f64x2.sub(one, x))))
  },
  /** y·((1 − x)(1 + x)), which does not cancel near ±1. */
  tanhGradient: (f) => {
    const one = held(f, 1)
    return inHalves(f, (x, y) => f64x2.mul(y, f64x2.mul(f64x2.sub(one, x), f64x2.add(one, x))))
  },
} satisfies Record<string, (f: FunctionBuilder) => Body>

export type PointwiseName = keyof typeof bodies

export function emitPointwise(module: Assembler, name: PointwiseName): void {
  module.function(name, (f, x, y, to, vectors) => {
    const body = bodies[name](f)
    const [first, second] = [f.local('v128'), f.local('v128')]
    f.times(vectors.get, () => {
      f.set(first, v128.load(x.get))
      f.set(second, v128.load(y.get))
      f.storeV128(to.get, body(first.get, second.get))
      for (const address of [x, y, to]) f.advance(address, 16)
    })
  })
}

/** The same in float64, on either half. */
function inHalves(f: FunctionBuilder, body: Body): Body {
  return (x, y) => {
    const half = (of: (a: V128) => V128): V128 => kept(f, body(kept(f, of(x)).get, kept(f, of(y)).get)).get
    return joined(half(lowHalf), half(highHalf))
  }
}
