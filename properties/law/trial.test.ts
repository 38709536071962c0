/** What a law's equation is written with: operands, further draws, and comparisons. */
import { expect, test } from 'vitest'
import type { Implementation } from '../../reference/contract.ts'
import { textbook } from '../../reference/textbook.ts'
import type { Case } from '../case.ts'
import { parseCase, printCase } from '../descriptor.ts'
import { finite, spareBits } from './domain.ts'
import { lawCases, strideSamples } from './index.ts'
import { type LawOutcome, law } from './law.ts'
import type { Trial } from './trial.ts'
import { exact, type Value } from './value.ts'

/** Runs a claim over dense on one case. */
function claimed(c: Case, claim: (t: Trial<'dense'>) => void | Promise<void>, spare = 0): Promise<LawOutcome> {
  const made = async (t: Trial<'dense'>): Promise<void> => claim(t)
  return law({ equation: 'as claimed', operator: 'dense', draws: finite, spare: () => spare, claim: made })(textbook, c)
}

const c = parseCase('dense n3i40o5 @exact#7')
/** 1, 2, each off by `bound` at most. */
const values = (bound: number, ...data: number[]): Value => ({
  ...exact([data.length], data),
  bound: new Float64Array(data.length).fill(bound),
})

test.each<[string, number, number, string]>([
  ['of the left side', 1, 0, 'held'],
  ['of the right side', 0, 1, 'held'],
  ['of both, that add up', 0.5, 0.5, 'held'],
  ['but no more', 0.5, 0.25, 'broken'],
])('left = right is decided by the errors %s', async (_, left, right, status) => {
  const outcome = await claimed(c, (t) => t.equal(values(left, 1, 2), values(right, 2, 3)))
  expect(outcome.status).toBe(status)
})

test.each<[string, Value, Value, string]>([
  ['3 ≥ 2', values(0, 3, 4), values(0, 2, 4), 'held'],
  ['1 ≥ 2 within an error of 1', values(0.5, 1, 4), values(0.5, 2, 4), 'held'],
  ['1 ≥ 2', values(0, 1, 4), values(0, 2, 4), 'broken'],
  ['NaN ≥ 2', values(0, Number.NaN, 4), values(0, 2, 4), 'broken'],
  ['1 ≥ NaN', values(0, 1, 4), values(0, Number.NaN, 4), 'broken'],
])('%s', async (claim, left, right, status) => {
  const outcome = await claimed(c, (t) => t.atLeast(left, right))
  expect(outcome.status, claim).toBe(status)
})

test('another draw has other values of the same shapes, and the same factor is ±1', async () => {
  await claimed(c, ({ operands, another, equal }) => {
    const [one, two] = [operands, another()]
    expect(two.x.shape).toEqual(one.x.shape)
    expect(two.x.data).not.toEqual(one.x.data)
    expect(two.w.data).not.toEqual(one.w.data)
    const largest = (v: Value): number => Math.max(...v.data.map(Math.abs))
    expect(largest(two.x) === 1).toBe(largest(one.x) === 1)
    equal(one.x, one.x)
  })
})

test('spare bits shorten exact integers, which stay odd', async () => {
  await claimed(
    c,
    ({ operands: { x, w }, equal }) => {
      const wide = [x, w].find((v) => v.data.some((value) => Math.abs(value) > 1))!
      // 52 − ⌈log₂(41 + 1)⌉ bits, of which ten are dropped.
      expect(Math.max(...wide.data.map(Math.abs))).toBeLessThan(2 ** 36)
      expect(Math.max(...wide.data.map(Math.abs))).toBeGreaterThan(2 ** 34)
      expect([...x.data, ...w.data].every((value) => Math.abs(value % 2) === 1)).toBe(true)
      equal(x, x)
    },
    10,
  )
})

test('bits to spare count from the terms that integers are drawn for, 512 at most', () => {
  expect(spareBits(parseCase('dense n1i7o1 @exact#1'), 8)).toBe(2)
  expect(spareBits(parseCase('dense n1i99o1 @exact#1'), 1)).toBe(0)
  expect(spareBits(parseCase('dense n1i4000o1 @exact#1'), 4000)).toBe(5)
})

test('an implementation that changes its attributes changes no case', async () => {
  const turning: Implementation = {
    ...textbook,
    operators: {
      maxPool2d: (o, a) => {
        const result = textbook.operators.maxPool2d!(o, a)
        if (Array.isArray(a.padding)) a.padding.reverse()
        return result
      },
    },
  }
  for (const pooled of lawCases(strideSamples.maxPool2d, 10, 1)) {
    const before = printCase(pooled)
    await strideSamples.maxPool2d(turning, pooled)
    expect(printCase(pooled)).toBe(before)
  }
})
