import { expect, it } from 'vitest'
import { blocked32 } from '../optimized/index.ts'
import { parseCase } from '../properties/descriptor.ts'
import type { Implementation } from '../reference/contract.ts'
import { judge } from './judge.ts'

const c = parseCase('relu n1c1h1w2 x=-1,1')
const of = (result: object): Implementation => ({
  name: 'mine',
  precision: 'float32',
  operators: { relu: () => result as never },
})

it('a result whose data cannot be read is a finding', async () => {
  const result = {
    shape: [1, 1, 1, 2],
    get data(): Float32Array {
      throw new Error('released')
    },
  }
  expect(await judge(of(result), c)).toMatchObject({
    status: 'failed',
    kind: 'threw',
    message: 'relu: threw: Error: released',
  })
})

it('a call that changes its attributes or a shape is found, and its case stays what it was', async () => {
  const pooled = parseCase('averagePool2d n1c1h4w4 k2 st2 @exact#1')
  const told = structuredClone(pooled)
  const changing = (change: (shape: number[], stride: number[]) => void): Implementation => ({
    name: 'mine',
    precision: 'float32',
    operators: {
      averagePool2d(o, a) {
        const y = blocked32.operators.averagePool2d!(o, a)
        change(o.x.shape as number[], a.stride as unknown as number[])
        return y
      },
    },
  })
  expect(
    await judge(
      changing((_, stride) => stride.fill(1)),
      pooled,
    ),
  ).toMatchObject({
    kind: 'operand-changed',
    message: 'averagePool2d: the call changed attribute stride from [2,2] to [1,1]',
  })
  expect(
    await judge(
      changing((shape) => shape.splice(0, 2)),
      pooled,
    ),
  ).toMatchObject({
    kind: 'operand-changed',
    message: 'averagePool2d: the call changed the shape of x from [1,1,4,4] to [4,4]',
  })
  expect(pooled).toEqual(told)
  expect(
    (
      await judge(
        changing(() => {}),
        pooled,
      )
    ).status,
  ).toBe('held')
})

it('what is no implementation is refused', async () => {
  await expect(judge(null as unknown as Implementation, c)).rejects.toThrow('judge: the implementation is null')
})
