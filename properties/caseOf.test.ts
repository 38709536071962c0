import { describe, expect, it } from 'vitest'
import { operators } from '../reference/operators.ts'
import { sampleCases } from './arbitrary/case.ts'
import { instantiate, operandShapes } from './case.ts'
import { caseOf } from './caseOf.ts'
import { parseCase } from './descriptor.ts'

describe('caseOf(instantiate(case)) is the case', () => {
  it.each(operators.map((row) => [row.name, row] as const))('%s', (_, row) => {
    let literal = 0
    for (const c of sampleCases(row, 60, 7, ['real'])) {
      const call = instantiate(c, 'float32')
      const line = caseOf(call)
      const again = parseCase(line.text)
      if (row.family !== 'pointwise') expect([again.sizes, again.attributes]).toEqual([c.sizes, c.attributes])
      expect(Object.values(operandShapes(again)).map(count)).toEqual(Object.values(operandShapes(c)).map(count))
      if (!line.literal) continue
      literal++
      const { operands } = instantiate(again, 'float32')
      for (const [name, operand] of Object.entries(call.operands)) expect(operands[name]?.data).toEqual(operand?.data)
    }
    expect(literal).toBeGreaterThan(0)
  })
})

const count = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1)
