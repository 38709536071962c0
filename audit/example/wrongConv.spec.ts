/** The tests of a wrong one: both fail, the first with the name of the mistake. */
import type { Conv2dAttributes } from 'cnn-oracle'
import { auditSuite } from 'cnn-oracle/suite'
import 'cnn-oracle/vitest'
import { describe, expect, it } from 'vitest'
import wrong from './wrongConv.ts'

auditSuite({ describe, it }, wrong, { cases: 20 })

it('conv2d of one tensor', () => {
  const x = { shape: [1, 1, 1, 3], data: Float32Array.of(1, 2, 3) }
  const w = { shape: [1, 1, 1, 2], data: Float32Array.of(1, 10) }
  const attributes: Conv2dAttributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 }
  expect(wrong.operators.conv2d?.({ x, w }, attributes)).toMatchOracle('conv2d', { x, w }, attributes)
})
