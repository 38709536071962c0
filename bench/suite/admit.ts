/** Who takes part in a case: what offers it and gives the right result, in a time that can be waited for. */
import { type Expectation, expectation } from '../../properties/bound.ts'
import type { Call } from '../../properties/case.ts'
import { verdict } from '../../properties/verdict.ts'
import type { Numerics, Tensor } from '../../reference/contract.ts'
import type { OperatorRow } from '../../reference/operators.ts'
import type { Skipped } from '../measure/record.ts'
import type { Arm } from './arms.ts'
import type { Part } from './part.ts'

/** Calls that take longer are not waited for six times. */
const SLOWEST_MS = 1000
/** A call of less says little of larger cases: much of it may be the call itself. */
const LONG_MS = 100

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
  readonly operator: string
  readonly descriptor: string
  readonly operands: Call['operands']
  readonly flops: number
}

export async function admitted(arm: Arm, asked: Asked, judge: Judge): Promise<Right | Refusal> {
  const { operator, descriptor, operands, flops } = asked
  const before = arm.pace.get(operator)
  if (before !== undefined && before * flops > SLOWEST_MS)
    return { why: 'too slow', message: `by the best rate it has shown a call takes ${seconds(before * flops)}` }
  const reply = await arm.prepare(descriptor, operands)
  if (reply.say === 'refused') return { why: reply.threw ? 'failed' : 'not offered', message: reply.message }
  const judged = judge(reply.part, arm.numerics)
  if ('why' in judged) return judged
  if (reply.ms > LONG_MS) arm.pace.set(operator, Math.min(before ?? Number.POSITIVE_INFINITY, reply.ms / flops))
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
