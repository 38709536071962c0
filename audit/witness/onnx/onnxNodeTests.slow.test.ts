/**
 * The textbook held against ONNX's own node tests: what must come out of Conv and the others, by those who define them. ONNX's
 * numbers are float32, made with NumPy or by hand; they are judged as a float32 implementation's, the textbook's being what is
 * expected.
 */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { expectation } from '../../../properties/bound.ts'
import { verdict } from '../../../properties/verdict.ts'
import { operatorRow } from '../../../reference/operators.ts'
import { type MappedCall, Unmapped } from '../../onnxModel/node.ts'
import { pythonWith, titled } from '../python.ts'
import { pythonProgram } from '../witness.ts'
import { callsOf, type NodeTest, parseNodeTest } from './nodeTest.ts'

/** As many as ONNX 1.12 has that map. */
const MAPPED = 101

const python = pythonWith(['onnx'])

interface Mapped {
  readonly name: string
  readonly calls: readonly MappedCall[]
}

/** Tests that map, and the names of those that do not, by the reason. */
function collect(): { mapped: Mapped[]; unmapped: Map<string, string[]> } {
  const text = execFileSync(python.command, ['-B', pythonProgram('onnx_node_tests.py')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const tests = text.trimEnd().split('\n').map(parseNodeTest)
  const mapped: Mapped[] = []
  const unmapped = new Map<string, string[]>()
  for (const test of tests) {
    const calls = callsOrReason(test)
    if (typeof calls === 'string') unmapped.set(calls, [...(unmapped.get(calls) ?? []), test.name])
    else mapped.push({ name: test.name, calls })
  }
  return { mapped, unmapped }
}

function callsOrReason(test: NodeTest): readonly MappedCall[] | string {
  try {
    return callsOf(test)
  } catch (error) {
    if (error instanceof Unmapped) return error.message
    throw error
  }
}

describe.skipIf(python.skip)(titled("the textbook against ONNX's node tests", python), () => {
  const { mapped, unmapped } = python.skip ? { mapped: [], unmapped: new Map<string, string[]>() } : collect()

  it(`${MAPPED} of them or more are calls of the contract`, () => {
    const reasons = [...unmapped].map(([why, names]) => `\n  ${why}: ${names.length}: ${names.join(', ')}`)
    console.info(`${mapped.length} of ONNX's node tests map. Those that do not:${reasons.join('')}`)
    expect(mapped.length).toBeGreaterThanOrEqual(MAPPED)
  })

  it.each(mapped)('$name', ({ calls }) => {
    expect(calls.length).toBeGreaterThan(0)
    for (const { operator, operands, attributes, got } of calls) {
      const { grade, message } = verdict(got, expectation(operatorRow(operator), operands, attributes, 'float32'))
      expect(grade, message).not.toBe('wrong')
    }
  })
})
