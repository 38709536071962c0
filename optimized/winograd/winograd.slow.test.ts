/**
 * Campaigns: random cases of 3×3 at stride 1, all of which this rung computes itself, and random cases of any kind.
 * ORACLE_CASES sets how many an operator.
 */
import { expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import { judge } from '../../audit/judge.ts'
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { type Case, operandShapes } from '../../properties/case.ts'
import { printCase } from '../../properties/descriptor.ts'
import { ShapeError } from '../../reference/contract.ts'
import { type AttributeBag, operatorRow } from '../../reference/operators.ts'
import { blocked32 } from '../index.ts'
import { winograd } from './index.ts'

const CASES = Number(process.env.ORACLE_CASES ?? 5000)
const rung = winograd('winograd', blocked32)
const operators = ['conv2d', 'conv2dInputGradient', 'convTranspose2d'] as const

/** The case with a kernel of 3×3 at stride 1, or undefined where that does not fit its plane. */
function narrowed(c: Case): Case | undefined {
  const attributes: AttributeBag = { ...c.attributes, stride: [1, 1], dilation: [1, 1], groups: 1 }
  const whole: AttributeBag = c.attributes.outputPadding ? { ...attributes, outputPadding: [0, 0] } : attributes
  const narrow: Case = { ...c, sizes: { ...c.sizes, r: 3, s: 3 }, attributes: whole }
  try {
    operandShapes(narrow)
    return narrow
  } catch (refusal) {
    if (refusal instanceof ShapeError) return undefined
    throw refusal
  }
}

it.each(operators)(`${CASES} cases of %s with 3×3 at stride 1 hold`, async (operator) => {
  const failures: string[] = []
  let held = 0
  for (let seed = 1; held + failures.length < CASES; seed++) {
    for (const drawn of sampleCases(operatorRow(operator), 200, 30_000 + seed)) {
      const c = narrowed(drawn)
      if (!c || held + failures.length >= CASES) continue
      const outcome = await judge(rung, c)
      if (outcome.status === 'held') held++
      else failures.push(printCase(c))
    }
  }
  expect(failures).toEqual([])
  expect(held).toBe(CASES)
})

it.each(operators)(`${CASES} cases of %s of any kind show nothing`, async (operator) => {
  const { findings, tally } = await findingsOver(rung, operator, CASES, 40_000)
  expect(findings).toEqual([])
  expect(tally.cases).toBe(CASES)
})
