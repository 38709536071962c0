import { describe, expect, it } from 'vitest'
import { ShapeError } from './contract.ts'
import { checkOperands } from './operands.ts'
import { operatorRow } from './operators.ts'
import type { AnyOperands } from './row.ts'
import { tensor } from './tensor.ts'
import { textbook } from './textbook.ts'

const x = tensor([1, 2], [1, 2])
const w = tensor([3, 2], [1, 2, 3, 4, 5, 6])

/** Operands as somebody without types gives them. */
const refused: readonly [operands: unknown, message: string][] = [
  [undefined, 'the operands are undefined; dense takes { x, w, b? }, each a tensor { shape, data }'],
  [[x, w], 'the operands are an array; dense takes { x, w, b? }, each a tensor { shape, data }'],
  [{ x }, 'w is missing; give a tensor { shape, data }'],
  [{ X: x, w }, 'there is no operand X; dense takes { x, w, b? }'],
  [{ x: 3, w }, 'x is 3; give a tensor { shape, data }'],
  [{ x: null, w }, 'x is null; give a tensor { shape, data }'],
  [{ x: { data: x.data }, w }, 'x is an object with data; give a tensor { shape, data }'],
  [{ x: { shape: [1, 2], data: 5 }, w }, 'x is an object with shape, data; give a tensor { shape, data }'],
  [{ x: { shape: [1, 2], data: [1] }, w }, 'x holds 1 numbers, its shape (1,2) needs 2'],
  [{ x: { shape: [1.5, 2], data: [1, 2, 3] }, w }, 'the shape of x is (1.5,2); extents are whole numbers'],
  [{ x: { shape: [-1, 2], data: [] }, w }, 'the shape of x is (-1,2); extents are whole numbers'],
  [{ x: { shape: ['1', 2], data: [1, 2] }, w }, 'the shape of x is (1,2); extents are whole numbers'],
]

describe('operands that are no tensors are refused, never computed with', () => {
  it.each(refused.map(([operands, message]) => ({ operands, message })))('$message', ({ operands, message }) => {
    const bad = operands as AnyOperands<number>
    expect(() => checkOperands(operatorRow('dense'), bad)).toThrow(new ShapeError(`dense: ${message}`))
  })
  it('the textbook checks before it computes', () => {
    const short = { shape: [4], data: Float64Array.of(1) }
    expect(() => textbook.operators.relu?.({ x: short }, {})).toThrow('relu: x holds 1 numbers, its shape (4) needs 4')
  })
  it('what is right passes, with the optional operand or without', () => {
    expect(() => checkOperands(operatorRow('dense'), { x, w })).not.toThrow()
    expect(() => checkOperands(operatorRow('dense'), { x, w, b: tensor([3], [1, 2, 3]) })).not.toThrow()
    expect(() => checkOperands(operatorRow('dense'), { x, w, b: undefined })).not.toThrow()
  })
})
