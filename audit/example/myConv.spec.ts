/** The tests of a right implementation: both pass. */
import { auditSuite } from 'cnn-oracle/suite'
import 'cnn-oracle/vitest'
import { describe, expect, it } from 'vitest'
import mine from './myConv.ts'

auditSuite({ describe, it }, mine, { cases: 20 })

it('relu of one tensor', async () => {
  const x = { shape: [4], data: Float32Array.of(-1, 0, 2, 3) }
  await expect(Promise.resolve(mine.operators.relu?.({ x }, {}))).resolves.toMatchOracle('relu', { x })
})
