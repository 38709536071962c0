import fc from 'fast-check'
import type { MathNode } from 'mathjs'
import { describe, expect, test } from 'vitest'
import { conv2d } from '../operator/conv2d.ts'
import { quadraticCost } from '../operator/quadraticCost.ts'
import { relu } from '../operator/relu.ts'
import { tensor } from '../tensor.ts'
import { derivativeOf, expressionOf, scopeOf, symbol, symbolic, symbolTensor, texOf } from './symbolic.ts'

const k = symbolic
const [x, y] = [symbol('x'), symbol('y')]
const at = (node: MathNode, values: Record<string, number>): number => node.evaluate(new Map(Object.entries(values)))

describe('symbolic', () => {
  test.each<[string, MathNode]>([
    ['x', k.add(x, k.zero)],
    ['x', k.add(k.zero, x)],
    ['x', k.sub(x, k.zero)],
    ['-x', k.sub(k.zero, x)],
    ['0', k.mul(x, k.zero)],
    ['0', k.mul(k.zero, x)],
    ['x', k.mul(x, k.one)],
    ['x', k.mul(k.one, x)],
    ['0', k.div(k.zero, x)],
    ['x', k.div(x, k.one)],
    ['x', k.neg(k.neg(x))],
    ['-2', k.neg(k.from(2))],
    ['1', k.exp(k.zero)],
    ['0', k.log(k.one)],
    ['0', k.tanh(k.zero)],
    ['5', k.add(k.from(2), k.from(3))],
    ['-6', k.mul(k.from(2), k.from(-3))],
    ['x - 2', k.add(x, k.from(-2))],
    ['x + y', k.sub(x, k.neg(y))],
    ['x - y', k.add(x, k.neg(y))],
    ['0.1 + 0.2', k.add(k.from(0.1), k.from(0.2))],
    ['1 / 3', k.div(k.one, k.from(3))],
    ['0 / 0', k.div(k.zero, k.zero)],
    ['9.007199254740991e+15 + 1', k.add(k.from(2 ** 53 - 1), k.one)],
    ['(x + y)·(x - y)', k.mul(k.add(x, y), k.sub(x, y))],
    ['x - (y - x)', k.sub(x, k.sub(y, x))],
    ['exp(-x) / (1 + tanh(log(y)))', k.div(k.exp(k.neg(x)), k.add(k.one, k.tanh(k.log(y))))],
  ])('prints %s', (expected, node) => expect(expressionOf(node)).toBe(expected))

  test('a convolution prints itself: y[0,0,0,1] = b[0] + Σ x·w, as text and as TeX', () => {
    const operands = {
      x: symbolTensor('x', [1, 1, 2, 3]),
      w: symbolTensor('w', [1, 1, 2, 2]),
      b: symbolTensor('b', [1]),
    }
    const none = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
    const result = conv2d(k, operands, none).data[1]!
    expect(expressionOf(result)).toBe(
      'b[0] + x[0,0,0,1]·w[0,0,0,0] + x[0,0,0,2]·w[0,0,0,1] + x[0,0,1,1]·w[0,0,1,0] + x[0,0,1,2]·w[0,0,1,1]',
    )
    expect(texOf(result)).toBe(
      'b_{0}+x_{0,0,0,1}\\cdot w_{0,0,0,0}+x_{0,0,0,2}\\cdot w_{0,0,0,1}' +
        '+x_{0,0,1,1}\\cdot w_{0,0,1,0}+x_{0,0,1,2}\\cdot w_{0,0,1,1}',
    )
  })

  test('padding takes no part: the corner of a padded 2×2 image meets one tap of a 2×2 kernel', () => {
    const operands = { x: symbolTensor('x', [1, 1, 2, 2]), w: symbolTensor('w', [1, 1, 2, 2]) }
    const padded = { stride: [1, 1], padding: [1, 1, 0, 0], dilation: [1, 1], groups: 1 } as const
    expect(expressionOf(conv2d(k, operands, padded).data[0]!)).toBe('x[0,0,0,0]·w[0,0,1,1]')
  })

  test('mathjs differentiates the leaves: ∂E/∂y[0,1] of ½Σ(t−y)² is y − t', () => {
    const cost = quadraticCost(k, { y: symbolTensor('y', [1, 2]), t: symbolTensor('t', [1, 2]) }).data[0]!
    const scope = scopeOf({ y: tensor([1, 2], [3, 10]), t: tensor([1, 2], [5, 4]) })
    expect(derivativeOf(cost, symbol('y', [0, 1])).evaluate(scope)).toBe(10 - 4)
    expect(derivativeOf(cost, symbol('y', [0, 0])).evaluate(scope)).toBe(3 - 5)
    expect(expressionOf(derivativeOf(k.mul(x, symbol('w', [2, 0])), symbol('w', [2, 0])))).toBe('x')
  })

  test('(u·u)′ = 2u·u′ also when u is one node, not two equal ones', () => {
    const u = k.sub(x, y)
    expect(at(derivativeOf(k.mul(u, u), x), { x: 10, y: 4 })).toBe(12)
    expect(at(derivativeOf(k.mul(x, x), x), { x: 10 })).toBe(20)
  })

  test('mathjs differentiates exp, log and tanh', () => {
    const node = k.add(k.exp(x), k.add(k.log(x), k.tanh(x)))
    expect(at(derivativeOf(node, x), { x: 0.5 })).toBeCloseTo(Math.exp(0.5) + 2 + 1 / Math.cosh(0.5) ** 2, 12)
  })

  test('a ring, by value: a+b = b+a, (ab)c = a(bc), a(b+c) = ab+ac, a−a = 0', () => {
    const whole = fc.integer({ min: -9, max: 9 })
    const leaf = fc.constantFrom<MathNode>(x, y, k.zero, k.one, k.from(-3))
    const node = fc.oneof(
      leaf,
      fc.tuple(leaf, leaf).map(([a, b]) => k.add(a, b)),
      fc.tuple(leaf, leaf).map(([a, b]) => k.sub(a, b)),
      fc.tuple(leaf, leaf).map(([a, b]) => k.mul(a, k.neg(b))),
    )
    fc.assert(
      fc.property(node, node, node, whole, whole, (a, b, c, u, v) => {
        const value = (n: MathNode): number => at(n, { x: u, y: v }) + 0
        expect(value(k.add(a, b))).toBe(value(a) + value(b))
        expect(value(k.sub(a, b))).toBe(value(a) - value(b))
        expect(value(k.mul(a, b))).toBe(value(a) * value(b) + 0)
        expect(value(k.add(a, b))).toBe(value(k.add(b, a)))
        expect(value(k.mul(k.mul(a, b), c))).toBe(value(k.mul(a, k.mul(b, c))))
        expect(value(k.mul(a, k.add(b, c)))).toBe(value(k.add(k.mul(a, b), k.mul(a, c))))
        expect(value(k.sub(a, a))).toBe(0)
      }),
    )
  })

  test('constants compare, symbols do not, and the error names them', () => {
    expect(k.greater(k.exp(k.one), k.from(2))).toBe(true)
    expect(k.greater(k.div(k.one, k.from(3)), k.from(0.5))).toBe(false)
    expect(() => k.greater(k.mul(x, symbol('w', [0, 1])), k.zero)).toThrow(
      'symbolic cannot express the comparison x·w[0,1] > 0: it depends on the value of x, w[0,1]',
    )
    expect(() => relu(k, { x: symbolTensor('z', [2]) })).toThrow('z[0] > 0')
    const decided = relu(k, { x: { shape: [2], data: [k.from(-1), k.from(4)] } })
    expect(Array.from(decided.data, expressionOf)).toEqual(['0', '4'])
  })

  test('TeX sets names of several letters upright, constants and fractions as usual', () => {
    expect(texOf(k.div(symbol('dy', [0, 3]), k.from(4)))).toBe('\\frac{\\mathrm{dy}_{0,3}}{4}')
    expect(texOf(k.mul(k.from(2), symbol('x', [7])))).toBe('2\\cdot x_{7}')
  })

  test('a leaf has a name of letters and an index of whole numbers', () => {
    expect(() => symbol('x_1', [0])).toThrow('symbol: x_1[0] is no name of letters')
    expect(() => symbol('x', [0.5])).toThrow('symbol: x[0.5] is no name of letters')
  })

  test('NaN is a constant that isNaN finds', () => {
    expect([k.isNaN(k.from(Number.NaN)), k.isNaN(k.one), k.isNaN(x)]).toEqual([true, false, false])
  })
})

test('0 times NaN or ±∞ is not folded to 0', () => {
  for (const special of [Number.NaN, Infinity, -Infinity]) {
    const product = symbolic.mul(symbolic.from(special), symbolic.zero)
    expect(product.compile().evaluate()).toBeNaN()
  }
})
