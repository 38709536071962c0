import { describe, expect, it } from 'vitest'
import type { Implementation, OperatorName, Tensor } from './contract.ts'
import { nearest } from './nearest.ts'
import {
  type AttributeBag,
  callOperator,
  isOperatorName,
  type OperatorRow,
  operatorRow,
  operators,
} from './operators.ts'
import { sizeOf, tensor } from './tensor.ts'
import { textbook } from './textbook.ts'

/** The operators of the contract in its order; a record, so that the compiler misses none. */
const contract: Record<OperatorName, string> = {
  convolve1d: 'f g',
  correlate1d: 'f g',
  convolve2d: 'f g',
  correlate2d: 'f g',
  conv2d: 'x w b',
  conv2dInputGradient: 'dy w',
  conv2dWeightGradient: 'x dy',
  conv2dBiasGradient: 'dy',
  convTranspose2d: 'x w b',
  maxPool2d: 'x',
  maxPool2dGradient: 'x dy',
  averagePool2d: 'x',
  averagePool2dGradient: 'dy',
  dense: 'x w b',
  denseInputGradient: 'dy w',
  denseWeightGradient: 'x dy',
  denseBiasGradient: 'dy',
  sigmoid: 'x',
  tanh: 'x',
  relu: 'x',
  sigmoidGradient: 'y dy',
  tanhGradient: 'y dy',
  reluGradient: 'x dy',
  softmax: 'x',
  softmaxGradient: 'y dy',
  quadraticCost: 'y t',
  quadraticCostGradient: 'y t',
  softmaxCrossEntropy: 'x t',
  softmaxCrossEntropyGradient: 'x t',
}

/** Sizes that every row can read its letters from, and attributes that fit them. */
const sizes = { n: 3, c: 4, h: 5, w: 6, m: 2, r: 3, s: 2, p: 5, q: 6, i: 4, o: 3, k: 3 }
const chosen: Required<Omit<AttributeBag, 'inputSize' | 'kernelSize'>> = {
  mode: 'full',
  kernel: [2, 3],
  stride: [2, 1],
  padding: [1, 0, 0, 1],
  dilation: [1, 2],
  groups: 2,
  outputPadding: [1, 0],
  ceilMode: true,
  countIncludePad: false,
}

function call(row: OperatorRow) {
  const attributes: AttributeBag = {
    ...Object.fromEntries(row.attributes.map((name) => [name, chosen[name]])),
    ...row.derived?.(sizes),
  }
  const shapes = row.shapes(sizes, attributes)
  const operands: Record<string, Tensor> = {}
  for (const [name, shape] of Object.entries(shapes))
    operands[name] = tensor(
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 11) / 4 - 1),
    )
  return { operands, shapes, attributes }
}

describe('the table', () => {
  it('has exactly the operators of the contract, in its order, with its operands', () => {
    expect(operators.map((row) => [row.name, row.operands.join(' ')])).toEqual(Object.entries(contract))
  })

  it.each(operators.map((row) => [row.name, row] as const))(
    '%s: shapes, formula and counts hang together',
    (_, row) => {
      const { operands, shapes, attributes } = call(row)
      expect(Object.keys(shapes).sort()).toEqual([...row.operands].sort())
      expect(row.formula).toMatch(/^F\d+$/)
      expect(row.tex).not.toBe('')
      expect(row.source).not.toBe('')
      expect(row.terms(sizes, attributes)).toBeGreaterThanOrEqual(1)
      expect(row.flops(sizes, attributes)).toBeGreaterThanOrEqual(sizeOf(row.resultShape(shapes, attributes)))
      for (const operand of Object.keys(row.derivatives ?? {})) expect(row.operands).toContain(operand)
      for (const derivative of Object.values(row.derivatives ?? {})) expect(isOperatorName(derivative)).toBe(true)
      for (const linear of row.linearIn) expect(Object.keys(operands)).toContain(linear)
    },
  )

  it('2·N·M·P·Q·C/G·R·S operations of conv2d: 2·1·2·2·3·(4/2)·3·2 = 288', () => {
    const attributes = { stride: [2, 1], padding: [0, 0, 0, 0], dilation: [1, 3], groups: 2 } as const
    expect(operatorRow('conv2d').flops({ ...sizes, n: 1 }, attributes)).toBe(288)
    expect(operatorRow('conv2d').terms(sizes, attributes)).toBe(13)
  })

  it('an error of shapes names the operator', () => {
    const refused = (name: string, shapes: Record<string, number[]>) => () =>
      operatorRow(name).resultShape(shapes, { mode: 'valid' })
    expect(refused('correlate1d', { f: [1], g: [2] })).toThrow(/^correlate1d: /)
    expect(refused('convolve2d', { f: [1, 1], g: [2, 2] })).toThrow(/^convolve2d: /)
    expect(refused('tanhGradient', { y: [1], dy: [2] })).toThrow(/^tanhGradient: /)
    expect(refused('dense', { x: [1, 1] })).toThrow('operand w is missing')
    expect(() => operatorRow('dense').shapes({ n: 1 }, {})).toThrow('size i is missing; add i<number>')
    expect(() => operatorRow('maxPool2d').resultShape({ x: [1, 1, 1, 1] }, {})).toThrow('attribute kernel is missing')
  })
})

describe('names', () => {
  it.each([
    ['conv2D', 'conv2d'],
    ['maxpool', 'maxPool2d'],
    ['averagePool', 'averagePool2d'],
    ['sofmtax', 'softmax'],
    ['conv_transpose2d', 'convTranspose2d'],
  ])('%s is answered with %s', (typed, meant) => {
    expect(() => operatorRow(typed)).toThrow(
      new RangeError(`no operator is called ${JSON.stringify(typed)}; did you mean ${meant}?`),
    )
  })
  it('an operator is found by its own name alone', () => {
    expect(operatorRow('tanh').name).toBe('tanh')
    expect([isOperatorName('tanh'), isOperatorName('Tanh'), isOperatorName('toString')]).toEqual([true, false, false])
  })
  it('nearest: a swap of neighbours is one edit, the first of equals wins, nothing gives nothing', () => {
    expect(nearest('ab', ['xy', 'ba', 'a'])).toBe('ba')
    expect(nearest('sitting', ['kitchen', 'kitten'])).toBe('kitten')
    expect(nearest('x', [])).toBe('')
  })
})

describe('the textbook as an implementation', () => {
  it.each(operators.map((row) => [row.name, row] as const))(
    '%s gives a Float64Array of the shape promised',
    (_, row) => {
      const { operands, shapes, attributes } = call(row)
      const before = JSON.stringify(Object.values(operands).map(({ data }) => [...data]))
      const result = callOperator(textbook, row.name, operands, attributes)
      expect(result).toMatchObject({ shape: row.resultShape(shapes, attributes), data: expect.any(Float64Array) })
      if (result === undefined || result instanceof Promise) throw new TypeError('the textbook answers at once')
      expect(result.data.length).toBe(sizeOf(result.shape))
      expect(result.data.every(Number.isFinite)).toBe(true)
      expect(JSON.stringify(Object.values(operands).map(({ data }) => [...data]))).toBe(before)
    },
  )

  it('runs without the operand that may be absent', () => {
    for (const row of operators.filter(({ optional }) => optional !== undefined)) {
      const { operands, attributes } = call(row)
      expect(callOperator(textbook, row.name, { ...operands, b: undefined }, attributes)).toMatchObject({
        data: expect.any(Float64Array),
      })
    }
  })
})

describe('callOperator', () => {
  it('calls with the operators as `this`, hands operands and attributes through, and returns what comes back', () => {
    const x = tensor([1], [3])
    const attributes = {}
    let seen: unknown[] = []
    const implementation: Implementation = {
      name: 'spy',
      precision: 'float64',
      operators: {
        relu(...given) {
          seen = [this, ...given]
          return x
        },
      },
    }
    const operands = { x }
    expect(callOperator(implementation, 'relu', operands, attributes)).toBe(x)
    expect(seen[0]).toBe(implementation.operators)
    expect(seen[1]).toBe(operands)
    expect(seen[2]).toBe(attributes)
  })

  it('gives undefined for what is not offered', () => {
    expect(callOperator({ name: 'none', precision: 'float32', operators: {} }, 'relu', {}, {})).toBeUndefined()
  })
})

it.each([undefined, null, 3])('%s names no operator, and the refusal says so', (name) => {
  expect(() => operatorRow(name as unknown as string)).toThrow(/^no operator is called .*; did you mean \w+\?$/)
})
