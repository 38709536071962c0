import { describe, expect, it } from 'vitest'
import { operators } from '../../reference/operators.ts'
import { parseCase } from '../descriptor.ts'
import { sampleCases } from './case.ts'
import { allClassPairs, classPairs, uncoveredCases } from './classes.ts'

describe('pairs of classes', () => {
  it('of a case, by hand', () => {
    expect(classPairs(parseCase('averagePool2d n2c1h5w4 k2x3 st2 pd0x0x1x0 cip @tie#1')).slice(0, 4)).toEqual([
      'values tie & kernel unequal',
      'values tie & stride equal',
      'values tie & padding uneven',
      'values tie & ceil mode off',
    ])
  })
  it.each(operators.map((row) => [row.name, row] as const))('%s: drawn cases show no other', (_, row) => {
    const all = new Set(allClassPairs(row))
    expect(
      sampleCases(row, 200, 3)
        .flatMap(classPairs)
        .filter((pair) => !all.has(pair)),
    ).toEqual([])
  })
  it.each(operators.map((row) => [row.name, row] as const))('%s: few cases show all of them', (_, row) => {
    const cases = [...uncoveredCases(row, new Set(), 1, 60)]
    expect(new Set(cases.flatMap(classPairs))).toEqual(new Set(allClassPairs(row)))
  })
  it('those that are covered already are not looked for', () => {
    const row = operators[0]!
    expect([...uncoveredCases(row, new Set(allClassPairs(row)), 1, 60)]).toEqual([])
  })
})
