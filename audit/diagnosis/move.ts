/** Numbers moved about, in any number system. */
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'
import { real } from '../../reference/arithmetic/real.ts'
import type { OperatorName } from '../../reference/contract.ts'
import type { AnyOperands } from '../../reference/operators.ts'
import { sizeOf, type TensorOf } from '../../reference/tensor.ts'
import { type Geometry, isResult, operandOf, type Role } from './geometry.ts'
import type { Mistake, ResultChange } from './mistake.ts'
import type { Spot, SpotChange } from './slide.ts'

/** The number at `from(i)` in place i of a tensor of `shape`, 0 where that is negative. */
export function taken<T>(
  k: Arithmetic<T>,
  t: TensorOf<T>,
  shape: readonly number[],
  from: (i: number) => number,
): TensorOf<T> {
  const data = k.array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = from(i) < 0 ? k.from(0) : t.data[from(i)]!
  return { shape, data: data as ArrayLike<T> }
}

/** One operand with other numbers; absent ones stay absent. */
export function withNumbers(
  o: AnyOperands<number>,
  name: string,
  value: (v: number, i: number, t: TensorOf<number>) => number,
): AnyOperands<number> {
  const t = o[name]
  if (!t) return o
  return { ...o, [name]: { shape: t.shape, data: Float64Array.from(t.data, (v, i) => value(v, i, t)) } }
}

/** Elements of the result set to 0 where `keep` is false: they were not computed. */
export const kept =
  (keep: (i: number, shape: readonly number[]) => boolean): ResultChange =>
  (k, y) =>
    taken(k, y, y.shape, (i) => (keep(i, y.shape) ? i : -1))

/** A number that is itself rounded where the precision does not hold it: 0.01, not 2. */
export const constant = <T>(k: Arithmetic<T>, value: number): T => k.mul(k.from(value), k.one)

/** Each number of the result times a number. */
export const times =
  (factor: number): ResultChange =>
  (k, y) =>
    each(k, y, (v) =>
      factor === -1
        ? k.neg(v)
        : k.mul(v, Number.isInteger(Math.log2(Math.abs(factor))) ? k.from(factor) : constant(k, factor)),
    )

export function each<T>(k: Arithmetic<T>, y: TensorOf<T>, value: (v: T, i: number) => T): TensorOf<T> {
  const data = k.array(y.data.length)
  for (let i = 0; i < data.length; i++) data[i] = value(y.data[i]!, i)
  return { shape: y.shape, data: data as ArrayLike<T> }
}

/** Where element i of a tensor lies in a memory whose axes are ordered otherwise: order [0,2,3,1] is NHWC. */
export function addressIn(shape: readonly number[], order: readonly number[]): (i: number) => number {
  const steps = shape.map((_, axis) => sizeOf(order.slice(order.indexOf(axis) + 1).map((later) => shape[later]!)))
  return (i) => {
    let [rest, address] = [i, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      address += (rest % shape[axis]!) * steps[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    return address
  }
}

/**
 * A part (image, kernel or map) read, or where it is the result written, as if its memory were laid out in another order.
 * Undefined where the operator has no such part.
 */
export function misread(operator: OperatorName, role: Role, order: readonly number[]): Mistake | undefined {
  const name = operandOf(operator, role) ?? poolOperand(operator, role)
  if (name !== undefined) {
    return {
      operands: (o) => {
        const t = o[name]
        if (!t || t.shape.length !== order.length) return o
        return { ...o, [name]: taken(real, t, t.shape, addressIn(t.shape, order)) }
      },
    }
  }
  if (!isResult(operator, role) && !poolResult(operator, role)) return undefined
  return {
    result: (k, y) => {
      if (y.shape.length !== order.length) return y
      const address = addressIn(y.shape, order)
      const data = k.array(y.data.length)
      for (let i = 0; i < data.length; i++) data[address(i)] = y.data[i]!
      return { shape: y.shape, data: data as typeof y.data }
    },
  }
}

/** Poolings have an image and a map as well; the map of conv2dBiasGradient is its operand. */
function poolOperand(operator: OperatorName, role: Role): string | undefined {
  if (role === 'y' && /Pool2dGradient|BiasGradient/.test(operator)) return 'dy'
  return role === 'x' && (operator === 'maxPool2d' || operator === 'averagePool2d') ? 'x' : undefined
}
const poolResult = (operator: OperatorName, role: Role): boolean =>
  operator.includes('Pool2d') && role === (operator.endsWith('Gradient') ? 'x' : 'y')

/** Every term of a sliding sum or window changed. */
export const changed = (change: SpotChange): Mistake => ({ spots: [change] })

/** Terms left out. */
export const without = (which: (at: Spot, g: Geometry) => boolean): Mistake =>
  changed((at, g) => {
    if (which(at, g)) at.on = false
  })
