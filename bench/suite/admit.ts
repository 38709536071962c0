/** Who takes part in a case: what offers it and gives the right result, in a time that can be waited for. */
import { type Expectation, expectation } from '../../properties/bound.ts'
import type { Call } from '../../properties/case.ts'
import { verdict } from '../../properties/verdict.ts'
import type { Numerics, Tensor } from '../../reference/contract.ts'
import type { OperatorRow } from '../../reference/operators.ts'
import type { Skipped } from '../measure/record.ts'
import type { Arm } from './arms.ts'
import type { Part } from './part.ts'

/** A call that takes longer would take a minute of a suite by itself. */
const SLOWEST_MS = 2000

export type Refusal = Pick<Skipped, 'why' | 'message'>

export interface Right {
  readonly arm: Arm
  readonly grade: string
  /** Largest |ŷ−y| of what was judged, over the largest |y|. */
  readonly error: number
}

type Judge = (result: Tensor, numerics: Numerics) => Omit<Right, 'arm'> | Refusal

/** The textbook is asked once for all arms: it is what takes time. */
export function judgeOf(row: OperatorRow, { operands, attributes }: Part): Judge {
  const known = new Map<Numerics, Expectation>()
  return (result, numerics) => {
    const expected = known.get(numerics) ?? expectation(row, operands, attributes, 'float32', numerics)
    known.set(numerics, expected)
    const { grade, message = '' } = verdict(result, expected)
    if (grade === 'wrong') return { why: 'wrong', message }
    return { grade, error: largestError(result.data, expected.value) }
  }
}

export interface Asked {
  readonly descriptor: string
  readonly operands: Call['operands']
  readonly flops: number
}

export async function admitted(
  arm: Arm,
  { descriptor, operands, flops }: Asked,
  judge: Judge,
): Promise<Right | Refusal> {
  const expected = arm.best > 0 ? flops / arm.best : 0
  if (expected > SLOWEST_MS)
    return { why: 'too slow', message: `at the best rate it has shown a call takes ${seconds(expected)}` }
  const reply = await arm.prepare(descriptor, operands)
  if (reply.say === 'refused') return { why: reply.threw ? 'failed' : 'not offered', message: reply.message }
  const judged = judge(reply.part, arm.numerics)
  if ('why' in judged) return judged
  arm.best = Math.max(arm.best, flops / reply.ms)
  if (reply.ms > SLOWEST_MS) return { why: 'too slow', message: `a call took ${seconds(reply.ms)}` }
  return { arm, ...judged }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

function largestError(got: Tensor['data'], expected: Float64Array): number {
  let [error, size] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(got[i]! - expected[i]!))
    size = Math.max(size, Math.abs(expected[i]!))
  }
  return size > 0 ? error / size : 0
}
