/** No false alarm: gradients that are right hold over many cases. ORACLE_CASES sets how many an operator. */
import { describe, expect, it } from 'vitest'
import { blocked32, blocked64 } from '../../optimized/index.ts'
import { operatorRow } from '../../reference/operators.ts'
import { textbook, textbook32 } from '../../reference/textbook.ts'
import { sampleCases } from '../arbitrary/case.ts'
import { printCase } from '../descriptor.ts'
import { checkGradient } from './checkGradient.ts'
import { gradientPairs } from './pair.ts'

const CASES = Math.ceil(Number(process.env.ORACLE_CASES ?? 1000) / 5)
const differentiable = [...new Set(gradientPairs.map(({ forward }) => forward))]

describe.each([textbook, textbook32, blocked32, blocked64])('$name', (implementation) => {
  it.each(differentiable)(`%s: gradients = derivatives over ${CASES} cases`, async (forward) => {
    const rules = new Set<string>()
    for (const [n, c] of sampleCases(operatorRow(forward), CASES, 30_000).entries())
      for (const check of await checkGradient(implementation, forward, c, { seed: n + 1 })) {
        expect(check, printCase(c)).toMatchObject({ status: 'held' })
        if (check.tieRule) rules.add(check.tieRule)
      }
    // What is right ties as the contract does.
    if (forward === 'maxPool2d') expect([...rules]).toEqual(['a tie goes to the first of the window'])
    if (forward === 'relu') expect([...rules]).toEqual(['the slope of relu at 0 is 0'])
  })
})
