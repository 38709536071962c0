/**
 * Runs the cases computed on paper. Each operand is a view into a larger buffer that is NaN elsewhere, all cases run at
 * once, and results are looked at only when all have arrived: an adapter that ignores the view, changes an operand or
 * shares results fails here.
 */
import type { Implementation } from '../../../reference/contract.ts'
import { shapeText, type Tensor } from '../../../reference/tensor.ts'
import type { Build } from './case.ts'
import { POINTWISE } from './pointwise.ts'
import { SLIDING } from './sliding.ts'

/** What came of the cases an implementation offers, by name. */
export interface Outcome {
  readonly right: string[]
  readonly refused: string[]
  /** Name, and what was wrong with it. */
  readonly wrong: string[]
}

/** Runs every case of an operator that the implementation offers. */
export async function tryByHand({ operators, precision }: Implementation): Promise<Outcome> {
  const outcome: Outcome = { right: [], refused: [], wrong: [] }
  const tolerance = precision === 'float32' ? 1e-6 : 1e-14
  const runs = [...SLIDING, ...POINTWISE].map(async ([name, run, shape, values]) => {
    const operands: { given: Tensor; before: string }[] = []
    const build: Build = (operandShape, operandValues) => {
      const given = view(precision, operandShape, operandValues)
      operands.push({ given, before: textOf(given) })
      return given
    }
    try {
      return { name, shape, values, answer: await run(operators, build), operands }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'Unsupported')) outcome.wrong.push(`${name}: ${String(error)}`)
      else outcome.refused.push(name)
      return undefined
    }
  })
  for (const settled of await Promise.all(runs)) {
    if (settled?.answer === undefined) continue
    const { name, shape, values, answer, operands } = settled
    if (operands.some(({ given, before }) => textOf(given) !== before)) outcome.wrong.push(`${name}: operand changed`)
    const near = values.every((value, i) => Math.abs(answer.data[i]! - value) <= tolerance * Math.abs(value))
    if (near && shapeText(answer.shape) === shapeText(shape) && answer.data.length === values.length)
      outcome.right.push(name)
    else outcome.wrong.push(`${name}: ${textOf(answer)}`)
  }
  return outcome
}

const textOf = ({ shape, data }: Tensor): string => `${shapeText(shape)} ${data.join(',')}`

/** The operand in the middle of a larger buffer that is NaN elsewhere. */
function view(precision: Implementation['precision'], shape: readonly number[], values: readonly number[]): Tensor {
  const room = precision === 'float32' ? new Float32Array(values.length + 8) : new Float64Array(values.length + 8)
  room.fill(Number.NaN)
  room.set(values, 3)
  return { shape, data: room.subarray(3, 3 + values.length) }
}
