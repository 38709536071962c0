/** Smallest calls: what several share changes in all of them, and what fails in a manner is shrunk in that manner. */
import { describe, expect, it } from 'vitest'
import { parseCase, printCase } from '../properties/descriptor.ts'
import type { Implementation, Operators, Tensor } from '../reference/contract.ts'
import { textbook } from '../reference/textbook.ts'
import { findingsOver } from './findingsOver.ts'
import { shrinkCalls } from './shrink.ts'

const toy = (operators: Partial<Operators>): Implementation => ({ name: 'toy', precision: 'float64', operators })
const dense = textbook.operators.dense!
const average = textbook.operators.averagePool2d!
const relu = (x: Tensor): Tensor => textbook.operators.relu!({ x }, {}) as Tensor
const next = () => new Promise((done) => setTimeout(done, 0))
const values = (c: string): number[] =>
  Object.values(Reflect.get(parseCase(c).values, 'literal') ?? {}).flat() as number[]

/** Keeps weights by the identity of their array. */
const caching = (): Implementation => {
  const kept = new WeakMap<object, Tensor>()
  return toy({
    dense(operands, a) {
      const w = kept.get(operands.w.data) ?? { shape: operands.w.shape, data: operands.w.data.slice() }
      kept.set(operands.w.data, w)
      return dense({ ...operands, w }, a)
    },
  })
}

/** One scratch a size, read again behind a wait. */
const racing = (): Implementation => {
  const scratch = new Map<number, Tensor>()
  return toy({
    async relu({ x }) {
      scratch.set(x.data.length, x)
      await next()
      return relu({ shape: x.shape, data: scratch.get(x.data.length)!.data })
    },
  })
}

/** Finds its plan by the shapes and all attributes but countIncludePad. */
const planning = (): Implementation => {
  const plans = new Map<string, boolean>()
  return toy({
    averagePool2d({ x }, a) {
      const key = [x.shape, a.kernel, a.stride, a.padding, a.ceilMode].join('/')
      const countIncludePad = plans.get(key) ?? a.countIncludePad
      plans.set(key, countIncludePad)
      return average({ x }, { ...a, countIncludePad })
    },
  })
}

/** Five buffers a size for its results, by turns. */
const ring = (): Implementation => {
  const buffers = new Map<number, Float64Array[]>()
  return toy({
    relu({ x }) {
      const of = buffers.get(x.data.length) ?? Array.from({ length: 5 }, () => new Float64Array(x.data.length))
      buffers.set(x.data.length, [...of.slice(1), of[0]!])
      of[0]!.set(relu(x).data)
      return { shape: x.shape, data: of[0]! }
    },
  })
}

describe('calls are made smaller together', () => {
  const [a, b] = [parseCase('dense n3i4o2 bias @exact#1'), parseCase('dense n3i4o2 bias @exact#3')]
  const sameShapes = async ([first, second]: readonly { sizes: object }[]): Promise<boolean> =>
    JSON.stringify(first?.sizes) === JSON.stringify(second?.sizes)

  it('where they must stay alike', async () => {
    const small = await shrinkCalls([a, b], sameShapes, { precision: 'float64' })
    expect(small.map(printCase)).toEqual(['dense n1i1o1 x=0 w=0', 'dense n1i1o1 x=0 w=0'])
  })
  it('each by itself where they differ', async () => {
    const other = parseCase('dense n2i2o2 @exact#1')
    const small = await shrinkCalls([other, a], async ([x]) => x?.sizes.i === 2, { precision: 'float64' })
    expect(small.map(printCase)).toEqual(['dense n1i2o1 x=0*2 w=0*2', 'dense n1i1o1 x=0 w=0'])
  })
  it('equal extents at once, where they must stay equal', async () => {
    const isSquare = async ([c]: readonly { sizes: Readonly<Record<string, number>> }[]): Promise<boolean> =>
      c!.sizes.i! > 1 && c!.sizes.i === c!.sizes.o
    const small = await shrinkCalls([parseCase('dense n1i8o8 @exact#1')], isSquare, { precision: 'float64' })
    expect(small.map(printCase)).toEqual(['dense n1i2o2 x=0*2 w=0*4'])
  })
  it('and those before the last go where they may', async () => {
    const [one, ...none] = await shrinkCalls([a, b], async () => true, { precision: 'float64', drops: true })
    expect([printCase(one!), none]).toEqual(['dense n1i1o1 x=0 w=0', []])
  })
})

describe('an audit shrinks what fails', () => {
  it.each([
    ['refilled', 'dense', caching(), 2, 1],
    ['together', 'relu', racing(), 1, 1],
    ['repeated', 'relu', ring(), 1, 0],
  ] as const)('in the manner %s', async (manner, operator, implementation, size, others) => {
    const { findings } = await findingsOver(implementation, operator, 12, 1)
    const found = findings.find((f) => f.manner === manner)!
    expect(values(found.case)).toHaveLength(size)
    expect(found.history ?? []).toHaveLength(others)
    expect(found.replay).toContain(found.case)
  })
  it('in a row of calls', async () => {
    const { findings } = await findingsOver(planning(), 'averagePool2d', 12, 1)
    const [found] = findings
    expect(found).toMatchObject({ kind: 'wrong', message: expect.stringContaining('right alone, wrong after') })
    expect(values(found!.case)).toHaveLength(1)
    expect(values(found!.history![0]!)).toHaveLength(1)
    const flags = [...found!.history!, found!.case].map((c) => parseCase(c).attributes.countIncludePad)
    expect(new Set(flags).size).toBe(2)
  })
})
