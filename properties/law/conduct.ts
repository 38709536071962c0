/** How an operator has to behave whatever it computes: leave alone what is the caller's, forget, and repeat itself. */
import type { OperatorName } from '../../reference/contract.ts'
import { type AttributeBag, operators } from '../../reference/operators.ts'
import { type Tensor, tensor } from '../../reference/tensor.ts'
import { type Case, instantiate } from '../case.ts'
import { draws } from '../values.ts'
import { withSizes } from './domain.ts'
import { type Law, law } from './law.ts'
import type { Tensors } from './operands.ts'
import type { AnyTrial } from './trial.ts'
import { exact } from './value.ts'

const ofEveryOperator = (make: (operator: OperatorName) => Law): Readonly<Record<string, Law>> =>
  Object.fromEntries(operators.map((row) => [row.name, make(row.name)]))

/** Equal to the bit, but for the payload of NaN: numbers, and the signs of zeros, which are equal as numbers. */
function sameBits({ equal }: AnyTrial, left: ArrayLike<number>, right: ArrayLike<number>): void {
  const numbers = (values: ArrayLike<number>) => exact([values.length], values)
  const signs = (values: ArrayLike<number>) => numbers(Array.from(values, (v) => (v === 0 ? 1 / Math.sign(1 / v) : 0)))
  equal(numbers(left), numbers(right))
  equal(signs(left), signs(right))
}

/** Cells of a larger buffer before and behind an operand. */
const MARGIN = 3

/** The operand in a larger buffer, which the contract allows, with the buffer. */
function embedded({ shape, data }: Tensor): { readonly tensor: Tensor; readonly buffer: Tensor['data'] } {
  const length = data.length + 2 * MARGIN
  const buffer = data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
  buffer.fill(Number.NaN)
  buffer.set(data, MARGIN)
  return { tensor: { shape, data: buffer.subarray(MARGIN, MARGIN + data.length) }, buffer }
}

/** Numbers of all attributes. */
const numbersOf = (attributes: AttributeBag): number[] =>
  Object.values(attributes).flatMap((value) => (typeof value === 'string' ? [] : [value].flat().map(Number)))

/** Neither a number of an operand, nor one beside it in its buffer, nor an attribute is changed by a call. */
export const operandsUnchanged = ofEveryOperator((operator) =>
  law({
    equation: `${operator} leaves operands and attributes as they were`,
    operator,
    draws,
    async claim(trial: AnyTrial) {
      const { attributes, call } = trial
      const given = Object.entries(tensorsOf(trial)).map(([name, t]) => ({ name, ...embedded(t!) }))
      const before = given.map(({ buffer }) => buffer.slice())
      const numbers = numbersOf(attributes)
      await call(operator, Object.fromEntries(given.map(({ name, tensor }) => [name, tensor])), attributes)
      given.forEach(({ buffer }, i) => {
        sameBits(trial, buffer, before[i]!)
      })
      if (numbers.length > 0) sameBits(trial, numbersOf(attributes), numbers)
    },
  }),
)

/** A result is the caller's: refilled operands, the same call again and a call of another shape leave it as it is. */
export const resultsNotShared = ofEveryOperator((operator) =>
  law({
    equation: `${operator}: later calls leave earlier results as they were`,
    operator,
    draws,
    async claim(trial: AnyTrial) {
      const { call } = trial
      const given = tensorsOf(trial)
      const { data } = await call(operator, given, attributesOf(trial))
      const kept = data.slice()
      for (const t of Object.values(given)) t?.data.fill(7)
      sameBits(trial, data, kept)
      await call(operator, given, attributesOf(trial))
      sameBits(trial, data, kept)
      await call(operator, ...ofOtherShape(trial))
      sameBits(trial, data, kept)
    },
  }),
)

/** A call depends on its operands and attributes alone: not on the calls before it, nor on chance. */
export const sameCallSameBits = ofEveryOperator((operator) =>
  law({
    equation: `${operator}: same call, same bits`,
    operator,
    draws,
    async claim(trial: AnyTrial) {
      const { call } = trial
      const first = (await call(operator, tensorsOf(trial), attributesOf(trial))).data.slice()
      await call(operator, ...ofOtherShape(trial))
      const again = await call(operator, tensorsOf(trial), attributesOf(trial))
      sameBits(trial, again.data, first)
    },
  }),
)

/** Attributes of the case, in memory of their own. */
const attributesOf = ({ attributes }: AnyTrial): AttributeBag => structuredClone(attributes)

/** Operands of the case, in memory of their own. */
function tensorsOf({ operands, precision }: AnyTrial): Tensors {
  const entries = Object.entries(operands).flatMap(([name, v]) =>
    v ? [[name, tensor(v.shape, v.data, precision)]] : [],
  )
  return Object.fromEntries(entries)
}

/** A call with the same attributes whose first size is one larger: another batch, a longer sequence, a higher plane. */
function ofOtherShape({ case: c, precision }: AnyTrial): [operands: Tensors, attributes: AttributeBag] {
  const [letter] = Object.keys(c.sizes)
  const larger = withSizes(c, { [letter!]: c.sizes[letter!]! + 1 })
  const drawn: Case = 'literal' in c.values ? { ...larger, values: { draw: 'real', seed: 1 } } : larger
  const { operands, attributes } = instantiate(drawn, precision)
  return [operands, structuredClone(attributes)]
}
