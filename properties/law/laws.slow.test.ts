/** The laws over many cases. ORACLE_CASES sets how many a law. */
import { describe, expect, it } from 'vitest'
import { blocked32, blocked64 } from '../../optimized/index.ts'
import { textbook, textbook32 } from '../../reference/textbook.ts'
import { holdLaw, laws } from './index.ts'

const CASES = Number(process.env.ORACLE_CASES ?? 25)

describe.each([textbook, textbook32, blocked32, blocked64])('$name', (implementation) => {
  it.each(laws.map((law) => [law.equation, law] as const))(`%s over ${CASES} cases`, async (_, law) => {
    const report = await holdLaw(law, implementation, { cases: CASES, seed: 20_000 })
    expect(report?.broken?.outcome.message).toBeUndefined()
    expect(report?.held).toBe(CASES)
  })
})
