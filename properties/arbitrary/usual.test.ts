import { describe, expect, it } from 'vitest'
import { operators } from '../../reference/operators.ts'
import { completeAttributes, fits, operandShapes } from '../case.ts'
import { usualCases } from './usual.ts'

describe.each(operators)('usual cases of $name', (row) => {
  const cases = usualCases(row, 1)
  it('fit', () => {
    expect(cases.length).toBeGreaterThan(1)
    expect(cases.every(fits)).toBe(true)
  })
  it('have channels, maps and columns beyond 32', () => {
    const widest = (letter: string): number => Math.max(...cases.map((c) => c.sizes[letter] ?? 0))
    const letters = Object.keys(cases[0]!.sizes).filter((letter) => 'cmwqio'.includes(letter))
    expect(letters.filter((letter) => widest(letter) <= 32)).toEqual([])
  })
  it('have results', () => {
    for (const c of cases) {
      const shape = row.resultShape(operandShapes(c), completeAttributes(c))
      expect(shape.every((extent) => extent > 0)).toBe(true)
    }
  })
})
