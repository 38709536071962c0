/** What single calls do not show: each manner finds what it is there for, and blames nothing that is right. */
import { describe, expect, it } from 'vitest'
import { parseCase } from '../properties/descriptor.ts'
import { laws } from '../properties/law/index.ts'
import type { Implementation, Operators, Tensor } from '../reference/contract.ts'
import { textbook } from '../reference/textbook.ts'
import type { Examination } from './examination.ts'
import { findingsOver } from './findingsOver.ts'
import { examine } from './manner.ts'

const toy = (operators: Partial<Operators>): Implementation => ({ name: 'toy', precision: 'float64', operators })
const relu = ({ x }: { x: Tensor }): Tensor => textbook.operators.relu!({ x }, {}) as Tensor
const dense = textbook.operators.dense!
const next = () => new Promise((done) => setTimeout(done, 0))

/** Every fifth call is one unit in the last place off. */
function flickering(): Implementation {
  let calls = 0
  return toy({
    sigmoid(operands) {
      const y = textbook.operators.sigmoid!(operands, {}) as Tensor
      if (calls++ % 5 === 4) y.data[0] = y.data[0]! * (1 + 2 ** -52)
      return y
    },
  })
}

/** Keeps weights by the identity of their array. */
function caching(): Implementation {
  const kept = new WeakMap<object, Tensor>()
  return toy({
    dense(operands, a) {
      const w = kept.get(operands.w.data.buffer) ?? { shape: operands.w.shape, data: operands.w.data.slice() }
      kept.set(operands.w.data.buffer, w)
      return dense({ ...operands, w: w.shape.join() === operands.w.shape.join() ? w : operands.w }, a)
    },
  })
}

/** One scratch for all calls, read again behind a wait. */
function racing(): Implementation {
  let scratch: Tensor
  return toy({
    async relu({ x }) {
      scratch = x
      await next()
      return relu({ x: scratch })
    },
  })
}

/** Its gradient is that of a relu with a slope of 2. */
const steep = toy({
  relu,
  reluGradient: ({ x, dy }) => {
    const y = textbook.operators.reluGradient!({ x, dy }, {}) as Tensor
    return { shape: y.shape, data: y.data.map((v) => 2 * v) }
  },
})

/** The first row alone is right. */
const forgetful = toy({
  dense(operands, attributes) {
    const y = dense(operands, attributes) as Tensor
    return { shape: y.shape, data: y.data.map((v, i) => (i === 0 ? v : 0)) }
  },
})

const a = parseCase('dense n1i2o1 @exact#1')
const b = parseCase('dense n1i2o1 @exact#2')
const r = parseCase('relu n1c1h2w2 @exact#1')
const manyRelu: Examination = { case: r, manner: 'together', others: [parseCase('relu n1c1h2w2 @exact#2')] }
const refilled: Examination = { case: b, manner: 'refilled', others: [a] }
const gradient: Examination = { case: r, manner: 'gradient', of: 'reluGradient' }
const batches = laws.find((law) => law.operator === 'dense' && law.equation.includes('⧺'))!
const pair = batches.among(parseCase('dense n2i2o1 @exact#1'))!
const lawful: Examination = { case: pair, manner: 'law', of: batches.equation }
const sigmoid: Examination = { case: parseCase('sigmoid n1c1h1w2 x=1,2'), manner: 'repeated' }

describe('each manner', () => {
  it.each([
    ['repeated', flickering(), sigmoid, 'nondeterministic', 'in call 5 of 20 alike; both are within the bound'],
    ['together', racing(), manyRelu, 'wrong', 'with relu n1c1h2w2 @exact#2 under way'],
    ['refilled', caching(), refilled, 'wrong', 'in the arrays of dense n1i2o1 @exact#1, refilled'],
    ['law', forgetful, lawful, 'law', batches.equation],
    ['gradient', steep, gradient, 'gradient', 'reluGradient'],
  ] as const)('%s finds what is wrong', async (_, implementation, e, kind, message) => {
    const outcome = await examine(implementation, e)
    expect(outcome).toMatchObject({ status: 'failed', kind, message: expect.stringContaining(message) })
  })
  it.each([sigmoid, manyRelu, refilled, lawful, gradient])('$manner: the textbook holds', async (e) => {
    expect((await examine(textbook, e)).status).toMatch(/^hold|^held/)
  })
  it('a gradient is not blamed for its forward', async () => {
    const leaky = toy({
      relu: ({ x }) => ({ shape: x.shape, data: x.data.map((v) => (v > 0 ? v : v / 100)) }),
      reluGradient: textbook.operators.reluGradient!,
    })
    expect(await examine(leaky, { ...gradient, case: parseCase('relu n1c3h6w2 @exact#1539900039') })).toMatchObject({
      status: 'unsupported',
      message: expect.stringContaining('look at relu first'),
    })
  })
  it('refuses what it cannot do, with the mend', async () => {
    await expect(examine(textbook, { case: a, manner: 'refilled' })).rejects.toThrow('give the call before')
    await expect(examine(textbook, { ...lawful, of: 'x = y' })).rejects.toThrow('dense has no law "x = y"; it has "')
    const other = { case: parseCase('dense n1i3o1 @exact#2'), manner: 'refilled', others: [a] } as const
    await expect(examine(textbook, other)).rejects.toThrow('two cases of the same shapes')
  })
})

describe('an audit', () => {
  it.each([
    ['relu', racing(), 'together'],
    ['dense', caching(), 'refilled'],
    ['sigmoid', flickering(), 'repeated'],
  ] as const)('of %s finds it, and says how it was called', async (operator, implementation, manner) => {
    const { findings } = await findingsOver(implementation, operator, 12, 1)
    const [found] = findings.filter((f) => f.manner === manner)
    expect(found?.replay).toMatch(new RegExp(`^cnn-oracle replay --target toy --${manner} `))
  })
  it('says which pairs of classes it covered', async () => {
    const { tally } = await findingsOver(textbook, 'maxPool2d', 12, 1)
    expect(tally.coverage).toEqual({ covered: 307, of: 307, missing: [] })
  })
})
