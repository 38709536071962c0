/**
 * ONNX's reference evaluator behind its adapter. It is no witness, being wrong in places (findings.md): that the adapter is not to
 * blame for them is seen on the cases computed on paper, and that they are all there is on cases that are drawn.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Implementation } from '../../reference/contract.ts'
import { isHarmless } from '../finding.ts'
import { knownEntry, readKnown } from '../known.ts'
import { pipeImplementation } from '../pipe/pipe.ts'
import { tryByHand } from '../target/byHand/tryByHand.ts'
import { pythonWith, titled } from './python.ts'
import { hold, pythonProgram } from './witness.ts'

const python = pythonWith(['onnx.reference'], 'pip install onnx')
/** Outside witnesses are asked for by name (ORACLE_WITNESSES); this is none, and skipped wherever it is missing. */
const skip = python.missing !== undefined
const CASES = Number(process.env.ORACLE_CASES ?? 300)

describe.skipIf(skip)(titled("ONNX's reference evaluator", { ...python, skip }), () => {
  let evaluator: Implementation
  beforeAll(async () => {
    evaluator = await pipeImplementation([python.command, '-B', pythonProgram('onnx_reference.py'), 'float64', 'pads'])
  }, 60_000)
  afterAll(() => evaluator?.close?.())

  it('the adapter agrees with the cases computed on paper', async () => {
    const outcome = await tryByHand(evaluator)
    expect(outcome.wrong).toEqual([])
    expect(outcome.refused).toEqual([])
    expect(outcome.right).toHaveLength(27)
  })

  it.each(['conv2d', 'convTranspose2d', 'maxPool2d', 'averagePool2d', 'dense', 'softmax'] as const)(
    `nothing differs but what is known and conventions over ${CASES} cases of %s`,
    async (operator) => {
      const { findings, tally } = await hold(evaluator, operator, CASES, 70_000)
      const news = findings.filter((f) => !isHarmless(f) && !knownEntry(readKnown(), evaluator.name, f))
      expect(news).toEqual([])
      expect(tally.cases).toBe(CASES)
    },
    300_000,
  )
})
