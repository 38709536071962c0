import { describe, expect, it } from 'vitest'
import { operators } from '../../reference/operators.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { completeAttributes, fits, operandShapes } from '../case.ts'
import { largeCases, usualCases } from './usual.ts'

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
  it('reach beyond an index of 8 bits, and of 16 where an operand can be as large', () => {
    const shapes = largeCases(row, 1).map((c) => {
      expect(fits(c)).toBe(true)
      return operandShapes(c)
    })
    const extents = shapes.flatMap((shape) => Object.values(shape).flat())
    expect(Math.max(...extents)).toBeGreaterThan(256)
    if (['rows', 'matrix', 'sequence', 'plane'].includes(row.family) || row.name.endsWith('Gradient')) return
    const sizes = largeCases(row, 1).flatMap((c) => {
      const all = [...Object.values(operandShapes(c)), row.resultShape(operandShapes(c), completeAttributes(c))]
      return all.map(sizeOf)
    })
    expect(Math.max(...sizes)).toBeGreaterThan(2 ** 16)
  })
  it('have results', () => {
    for (const c of [...cases, ...largeCases(row, 1)]) {
      const shape = row.resultShape(operandShapes(c), completeAttributes(c))
      expect(shape.every((extent) => extent > 0)).toBe(true)
    }
  })
})
