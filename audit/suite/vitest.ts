/**
 * `toMatchOracle` for vitest, registered by the import:
 *
 *   import 'cnn-oracle/vitest'
 *   expect(y).toMatchOracle('conv2d', { x, w }, { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 })
 */
import { expect } from 'vitest'
import { type OracleCall, toMatchOracle } from './matcher.ts'

expect.extend({ toMatchOracle })

// Interfaces without type parameters: vitest 4 has Matchers<T> and vitest 5 Matchers<R, T>, and both have these two.
declare global {
  namespace Chai {
    interface Assertion {
      /** Holds the result of the call against the textbook: passes unless an element is beyond its bound. */
      toMatchOracle(...call: OracleCall): void
    }
  }
}
declare module 'vitest' {
  interface AsymmetricMatchersContaining {
    toMatchOracle(...call: OracleCall): unknown
  }
}
