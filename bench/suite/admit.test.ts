import { expect, it } from 'vitest'
import { blocked32 } from '../../optimized/index.ts'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { callOperator } from '../../reference/operators.ts'
import { admitted, judgeOf } from './admit.ts'
import { Arm } from './arms.ts'
import { partOf } from './part.ts'
import { totalOf } from './total.ts'

const descriptor = 'conv2d n1c2h5w6 m3r3s3 @real#1'
const call = instantiate(parseCase(descriptor), 'float32')
const { row, operands, attributes } = call
const flops = row.flops(parseCase(descriptor).sizes, attributes)
const judge = judgeOf(parseCase(descriptor), call, [1, 3, 3, 4], flops)
const asked = { operator: row.name, descriptor, operands, flops }
const right = await callOperator(blocked32, call.operator, operands, attributes)!

/** An arm that answers with this, in so many milliseconds. */
function arm(data: ArrayLike<number>, ms: number): Arm {
  const made = new Arm('optimized')
  made.prepare = async () => ({ say: 'prepared', judged: { shape: [1, 3, 3, 4], data: Float32Array.from(data) }, ms })
  return made
}

it('a right result takes part, with its grade and its largest error', async () => {
  const outcome = await admitted(arm(right.data, 1), asked, judge)
  expect(outcome).toMatchObject({ grade: expect.stringMatching(/exact|accurate/) })
  expect('error' in outcome && outcome.error).toBeLessThan(1e-6)
})

it('a wrong one does not, and the element is named', async () => {
  const spoilt = right.data.slice()
  spoilt[7]! += 1
  const outcome = await admitted(arm(spoilt, 1), asked, judge)
  expect(outcome).toEqual({ why: 'wrong', message: expect.stringContaining('element [0,0,1,3]') })
})

it('of a large case all is held: a map that is wrong beside those that the textbook computes', async () => {
  const c = parseCase('conv2d n1c64h20w20 m32r3s3 pd1 @real#1')
  const large = instantiate(c, 'float32')
  const size = large.row.flops(c.sizes, large.attributes)
  const held = judgeOf(c, large, [1, 32, 20, 20], size)
  const other = new Arm('optimized')
  const spoil = async (spoilt: number) => {
    other.prepare = async (_, operands, judged) => {
      const given = { ...large, operands }
      const y = await callOperator(blocked32, 'conv2d', operands, large.attributes)!
      y.data[spoilt * 400]! += 1
      const result = judged === 'total' ? totalOf(given)!.of(y) : partOf(given, y.shape, size).of(y)
      return { say: 'prepared', judged: result, ms: 1 }
    }
    return admitted(other, { operator: 'conv2d', descriptor: 'large', operands: large.operands, flops: size }, held)
  }
  expect(await spoil(3)).toMatchObject({
    why: 'wrong',
    message: expect.stringMatching(/^on whole numbers, the sum of all/),
  })
  // Beyond the last map: nothing is spoilt.
  expect(await spoil(99)).toMatchObject({ grade: expect.stringMatching(/exact|accurate/) })
})

it('what took a second is not asked again, nor what would take one by the rate of a smaller case', async () => {
  const slow = arm(right.data, 1500)
  expect(await admitted(slow, asked, judge)).toMatchObject({ why: 'too slow', message: 'a call took 1.5 s' })
  const steady = arm(right.data, 400)
  expect(await admitted(steady, asked, judge)).toMatchObject({ grade: expect.any(String) })
  const larger = { ...asked, flops: 4 * flops }
  expect(await admitted(steady, larger, judge)).toMatchObject({ why: 'too slow' })
  // Another operator has a rate of its own.
  expect(await admitted(steady, { ...larger, operator: 'dense' }, judge)).toMatchObject({ grade: expect.any(String) })
})

it('who refuses is told apart from who fails', async () => {
  const made = new Arm('tfjs-cpu')
  made.prepare = async () => ({ say: 'refused', message: 'no groups', threw: false })
  expect(await admitted(made, asked, judge)).toEqual({ why: 'not offered', message: 'no groups' })
  made.prepare = async () => ({ say: 'refused', message: 'no memory', threw: true })
  expect(await admitted(made, asked, judge)).toEqual({ why: 'failed', message: 'no memory' })
})
