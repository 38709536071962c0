/** Who takes part in a case: what offers it and gives the right result, in a time that can be waited for. */

import { agreement } from '../../properties/agreement.ts'
import { type Expectation, expectation } from '../../properties/bound.ts'
import { type Call, type Case, instantiate } from '../../properties/case.ts'
import { verdict } from '../../properties/verdict.ts'
import { real } from '../../reference/arithmetic/real.ts'
import type { Numerics, Tensor } from '../../reference/contract.ts'
import type { Skipped } from '../measure/record.ts'
import type { Arm } from './arms.ts'
import { partOf } from './part.ts'
import { totalOf } from './total.ts'

/** Calls that take longer are not waited for six times. */
const SLOWEST_MS = 1000
/** A call of less says little of larger cases: much of it may be the call itself. */
const LONG_MS = 80

export type Refusal = Pick<Skipped, 'why' | 'message'>

export interface Right {
  readonly arm: Arm
  readonly grade: string
  /** Largest |ŷ−y| of what was judged, over the largest |y|. */
  readonly error: number
}

export interface Judge {
  /** The part of a result that the textbook computes as well. */
  part(result: Tensor, numerics: Numerics): Omit<Right, 'arm'> | Refusal
  /** Of a large result all, without tolerance. */
  readonly total?: { readonly operands: Call['operands']; judge(result: Tensor): Refusal | undefined }
}

/** The textbook is asked once for all arms: it is what takes time. */
export function judgeOf(c: Case, call: Call, shape: readonly number[], flops: number): Judge {
  const { row } = call
  const { operands, attributes, isWhole } = partOf(call, shape, flops)
  const known = new Map<Numerics, Expectation>()
  const part: Judge['part'] = (result, numerics) => {
    const expected = known.get(numerics) ?? expectation(row, operands, attributes, 'float32', numerics)
    known.set(numerics, expected)
    const { grade, message = '' } = verdict(result, expected)
    if (grade === 'wrong') return { why: 'wrong', message }
    return { grade, error: largestError(result.data, expected.value) }
  }
  if (isWhole) return { part }
  const exact = instantiate({ ...c, values: { draw: 'exact', seed: 1 } }, 'float32')
  const total = totalOf(exact)
  if (total === undefined) return { part }
  const { shape: summed, data } = row.textbook(real, total.operands, total.attributes)
  const none = new Float64Array(data.length)
  const expected = agreement(`the sum of all of ${row.name}`, 'float64', summed, Float64Array.from(data), none)
  const judge = (result: Tensor): Refusal | undefined => {
    const { grade, message = '' } = verdict(result, expected)
    return grade === 'wrong' ? { why: 'wrong', message: `on whole numbers, ${message}` } : undefined
  }
  return { part, total: { operands: exact.operands, judge } }
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
  // Winograd divides by 24, so that whole numbers do not stay whole.
  if (judge.total && arm.numerics === 'sum') {
    const reply = await arm.prepare(descriptor, judge.total.operands, 'total')
    if (reply.say === 'refused') return refused(reply)
    const wrong = judge.total.judge(reply.judged)
    if (wrong) return wrong
    if (reply.ms > SLOWEST_MS) return tooSlow(arm, asked, reply.ms)
  }
  const reply = await arm.prepare(descriptor, operands)
  if (reply.say === 'refused') return refused(reply)
  const judged = judge.part(reply.judged, arm.numerics)
  if ('why' in judged) return judged
  if (reply.ms > SLOWEST_MS) return tooSlow(arm, asked, reply.ms)
  if (reply.ms > LONG_MS) remember(arm, asked, reply.ms)
  return { arm, ...judged }
}

const refused = ({ message, threw }: { readonly message: string; readonly threw: boolean }): Refusal => ({
  why: threw ? 'failed' : 'not offered',
  message,
})

function tooSlow(arm: Arm, asked: Asked, ms: number): Refusal {
  remember(arm, asked, ms)
  return { why: 'too slow', message: `a call took ${seconds(ms)}` }
}

function remember({ pace }: Arm, { operator, flops }: Asked, ms: number): void {
  pace.set(operator, Math.min(pace.get(operator) ?? Number.POSITIVE_INFINITY, ms / flops))
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
