/** The corpus itself: as many programs as promised, each with a report behind it, names that hypotheses have, and a score that counts. */
import { describe, expect, it } from 'vitest'
import { conditions } from '../diagnosis/condition.ts'
import { hypotheses } from '../diagnosis/hypotheses.ts'
import { rightPrograms, wrongPrograms } from './corpus.ts'
import { type Measured, measure, scoreOf } from './measure.ts'

describe('the corpus', () => {
  it('has at least 60 wrong programs and 12 right ones, each with a name of its own', () => {
    expect(wrongPrograms.length).toBeGreaterThanOrEqual(60)
    expect(rightPrograms.length).toBeGreaterThanOrEqual(12)
    const names = [...wrongPrograms, ...rightPrograms].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('links every mistake to the report of it', () => {
    for (const { link } of wrongPrograms)
      expect(link).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/)
  })

  it('expects names that hypotheses of that operator have', () => {
    for (const { expected, operator, name } of wrongPrograms)
      for (const part of expected.flatMap((e) => e.split(' + ')))
        expect(
          hypotheses.some((h) => h.name === part.split(', where ')[0] && h.operators.includes(operator)) &&
            (!part.includes(', where ') || conditions.some(({ text }) => part.endsWith(`, where ${text}`))),
          `${name}: ${part}`,
        ).toBe(true)
  })
})

describe('an audit at the default budget', () => {
  it.each(['filter flipped before the product', 'dilation never read', 'softmax over everything'])(
    'names: %s',
    async (name) => {
      expect((await measure(wrongPrograms.find((p) => p.name === name)!, 1)).verdict).toBe('named')
    },
  )
  it('does not blame sums in another order', async () => {
    expect((await measure(rightPrograms.find((p) => p.name === 'conv2d, pairwise')!, 1)).verdict).toBe('right')
  })
})

it('a score counts what is found, named, named wrongly and blamed', () => {
  const made = (verdict: Measured['verdict'], expected: string[], values: number | null): Measured => ({
    ...{ name: '', operator: '', seed: 1, kinds: [], named: null, rivals: [], case: null, milliseconds: 0 },
    ...{ verdict, expected, values },
  })
  const score = scoreOf([
    made('named', ['a'], 2),
    made('misnamed', ['a'], 4),
    made('found', [], 9),
    made('missed', ['a'], null),
    made('blamed', [], null),
    made('right', [], null),
  ])
  expect(score).toEqual({
    wrong: 4,
    found: 3,
    nameable: 3,
    named: 1,
    misnamed: 1,
    right: 2,
    blamed: 1,
    medianValues: 4,
  })
})
