/** A mistake of one path is named with the condition of the path; where nothing tells which path it is, there is no name. */
import { describe, expect, it } from 'vitest'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { OperatorName } from '../../reference/contract.ts'
import { conditions, onlyWhere } from './condition.ts'
import { diagnose } from './diagnose.ts'
import { mistaken, programsOf } from './mistaken.ts'

const conditionOf = (text: string) => conditions.find((c) => c.text === text)!
const holdsOn = (text: string, descriptor: string): boolean =>
  conditionOf(text).holds(instantiate(parseCase(descriptor), 'float32'))

describe('a mistake of one path', () => {
  it.each<[OperatorName, string, string]>([
    ['conv2d', 'stride ignored', 'the kernel is 1×1'],
    ['conv2d', 'bias forgotten', 'there are groups'],
    ['conv2dInputGradient', 'kernel turned', 'the stride is 1'],
    ['averagePool2d', 'divides by the whole window', 'there is padding'],
    ['dense', 'weights laid out as (I,O)', 'inputs and outputs are as many'],
    ['convolve2d', 'kernel axes transposed', 'the kernel is square'],
  ])('%s: %s, where %s', async (operator, name, text) => {
    const { mistake } = onlyWhere(programsOf(operator, name)[0]!, conditionOf(text))
    const found = await diagnose(mistaken(operator, mistake), operator, [])
    const named = [...(found?.causes.map((cause) => cause.name) ?? []), ...(found?.rivals ?? [])]
    // Where the mistake cannot be seen outside of its path, it is the mistake alone.
    expect(named.some((n) => n === `${name}, where ${text}` || n === name)).toBe(true)
  })

  it('is not named by chance: one call in three is wrong whatever its shapes', async () => {
    const { mistake } = onlyWhere(programsOf('dense', 'bias forgotten')[0]!, {
      text: 'the first number has an odd last digit',
      holds: ({ operands }) => Math.abs(Math.floor(operands.x!.data[0]!)) % 3 === 0,
    })
    const found = await diagnose(mistaken('dense', mistake), 'dense', [])
    expect(found?.causes).toEqual([])
  })
})

describe('conditions', () => {
  it('have texts of their own', () => {
    expect(new Set(conditions.map(({ text }) => text)).size).toBe(conditions.length)
  })
  it.each([
    ['the kernel is 1×1', 'conv2d n1c1h2w2 m1r1s1', 'conv2d n1c1h2w2 m1r1s2'],
    ['the layer is depthwise', 'conv2d n1c2h2w2 m4r1s1 g2', 'conv2d n1c4h2w2 m4r1s1 g2'],
    ['windows leave cells over', 'maxPool2d n1c1h5w4 k2 st2', 'maxPool2d n1c1h4w4 k2 st2'],
    ['the batch is odd', 'dense n3i1o1', 'dense n2i1o1'],
    ['inputs and outputs are as many', 'denseWeightGradient n1i2o2', 'denseWeightGradient n1i3o2'],
    ['there is one map', 'conv2dWeightGradient n1c2h3w3 m2r1s1 g2', 'conv2dWeightGradient n1c2h3w3 m4r1s1 g2'],
    ['the mode is same', 'convolve1d n3k2 same', 'convolve1d n3k2'],
    ['the kernel is longer than the signal', 'convolve1d n2k3', 'convolve1d n3k3'],
  ])('%s: %s and not %s', (text, inside, outside) => {
    expect(holdsOn(text, `${inside} @exact#1`)).toBe(true)
    expect(holdsOn(text, `${outside} @exact#1`)).toBe(false)
  })
})
