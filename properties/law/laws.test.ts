/** The laws hold for the textbook and for the optimized operators, in both precisions, over cases that are worth it. */
import { describe, expect, it } from 'vitest'
import { blocked32, blocked64 } from '../../optimized/index.ts'
import { type OperatorRow, operatorRow } from '../../reference/operators.ts'
import { textbook, textbook32 } from '../../reference/textbook.ts'
import type { Case } from '../case.ts'
import { printCase } from '../descriptor.ts'
import { fullKernelIsDense, holdLaw, type Law, lawCases, laws, pointwiseIsMatrixProduct } from './index.ts'

/** Cases a law; the slow suite tries many more. */
const CASES = 6
/** Enough to reach every class of shapes, for one of the implementations. */
const SEARCHED = 18

const named = laws.map((law, i) => [law.equation, law, 100 + i] as const)

it('every law has an equation of its own', () => {
  expect(new Set(laws.map((law) => law.equation)).size).toBe(laws.length)
  expect(laws.length).toBeGreaterThan(200)
})

describe.each([textbook, textbook32, blocked64])('$name', (implementation) => {
  it.each(named)('%s', async (_, law, seed) => {
    const report = await holdLaw(law, implementation, { cases: CASES, seed })
    expect(report?.broken?.outcome.message).toBeUndefined()
    expect(report?.held).toBe(CASES)
    expect(report!.weak).toBeLessThan(CASES)
  })
})

/** What square, friendly shapes never show, and whether an operator knows of it. */
const classes: Readonly<Record<string, { of(row: OperatorRow): boolean; has(c: Case): boolean }>> = {
  'H ≠ W': { of: () => true, has: ({ sizes: z }) => (z.h ?? z.p) !== (z.w ?? z.q) },
  'R ≠ S': {
    of: () => true,
    has: ({ sizes: z, attributes: { kernel } }) => (kernel ? kernel[0] !== kernel[1] : z.r !== z.s),
  },
  'stride > 1': { of: () => true, has: (c) => Math.max(...c.attributes.stride!) > 1 },
  'dilation > 1': {
    of: (row) => row.attributes.includes('dilation'),
    has: (c) => Math.max(...c.attributes.dilation!) > 1,
  },
  'groups > 1': { of: (row) => row.attributes.includes('groups'), has: (c) => c.attributes.groups! > 1 },
  'padding asymmetric': {
    of: () => true,
    has: ({ attributes: { padding } }) => padding![0] !== padding![2] || padding![1] !== padding![3],
  },
}

/** Classes that lie outside a law. */
const outside = new Map<Law, readonly string[]>([
  [pointwiseIsMatrixProduct, ['R ≠ S', 'stride > 1', 'dilation > 1', 'groups > 1', 'padding asymmetric']],
  [fullKernelIsDense, ['stride > 1', 'dilation > 1', 'groups > 1', 'padding asymmetric']],
])

const rowsOf = (law: Law): OperatorRow[] => [law.operator, ...law.uses].map((name) => operatorRow(name))

describe(`${blocked32.name}, without an error where there is nothing to round, on every class of shapes`, () => {
  it.each(named)('%s', async (_, law, seed) => {
    const row = operatorRow(law.operator)
    const slides = row.attributes.includes('stride')
    const proven: Case[] = []
    for (const c of lawCases(law, slides ? SEARCHED : CASES, seed)) {
      const outcome = await law(blocked32, c)
      if (outcome.status !== 'held') throw new Error('message' in outcome ? outcome.message : outcome.status)
      const roundsNothing = rowsOf(law).every((row) => row.kind === 'sum' || row.kind === 'selection')
      if (roundsNothing && 'draw' in c.values && c.values.draw === 'exact')
        expect(outcome.exact, printCase(c)).toBe(true)
      if (!outcome.weak) proven.push(c)
    }
    if (!slides) return
    for (const [name, { of, has }] of Object.entries(classes)) {
      if (!of(row) || outside.get(law)?.includes(name)) continue
      expect(proven.filter(has).length, name).toBeGreaterThan(0)
    }
  })
})
