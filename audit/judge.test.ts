import { expect, it } from 'vitest'
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

it('what is no implementation is refused', async () => {
  await expect(judge(null as unknown as Implementation, c)).rejects.toThrow('judge: the implementation is null')
})
