/** x (1,1,1,4,2)… worked out by hand: w[m,c,0,s] = 6s + 3c + m, b = 12, 13, 14 (audit/layersModel/read.test.ts). */
import { beforeAll, describe, expect, it } from 'vitest'
import { layersNetworkJson, layersNetworkWeights } from '../../../fixtures/layersNetwork.ts'
import { tensor } from '../../../reference/tensor.ts'
import { readLayersModel } from '../../layersModel/read.ts'
import { type LayersRunner, layersRunner } from './layersModel.ts'

const plane = (channels: number, ...values: number[]) => tensor([1, channels, 1, values.length / channels], values, 'float32') // biome-ignore format: a line

describe.each(['cpu', 'wasm'] as const)('tfjs-%s', (backend) => {
  let runner: LayersRunner
  beforeAll(async () => {
    runner = await layersRunner(backend, readLayersModel(layersNetworkJson(), () => layersNetworkWeights()).files)
  })
  const run = async (layer: string, ...inputs: Parameters<LayersRunner['run']>[1]) => {
    const { shape, data } = await runner.run(layer, inputs)
    return [shape, [...data]]
  }

  it('a convolution: channels of x in planes, an impulse at column 1 of channel 1 leaves w[m,1,0,1], w[m,1,0,0] and the bias', async () => {
    expect(await run('c', plane(2, 0, 0, 0, 0, 0, 1, 0, 0))).toEqual([
      [1, 3, 1, 4],
      [12 + 9, 12 + 3, 12, 12, 13 + 10, 13 + 4, 13, 13, 14 + 11, 14 + 5, 14, 14],
    ])
  })

  it('relu, an addition, channels side by side in their order', async () => {
    expect(await run('r', plane(3, -1, 2, 0))).toEqual([
      [1, 3, 1, 1],
      [0, 2, 0],
    ])
    expect(await run('a', plane(3, 1, 2, 3), plane(3, 10, 20, 30))).toEqual([
      [1, 3, 1, 1],
      [11, 22, 33],
    ])
    expect(await run('j', plane(3, 1, 2, 3, 4, 5, 6), plane(2, 7, 8, 9, 10))).toEqual([
      [1, 5, 1, 2],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ])
  })

  it('each element becomes a block of 2×3', async () => {
    const five = plane(5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    const rows = [1, 3, 5, 7, 9].flatMap((v) => [v, v, v, v + 1, v + 1, v + 1, v, v, v, v + 1, v + 1, v + 1])
    expect(await run('u', five)).toEqual([[1, 5, 2, 6], rows])
  })

  it('the network as a whole is its layers in turn', async () => {
    const x = plane(2, 1, -2, 3, -4, 5, -6, 7, -8)
    const c = await runner.run('c', [x])
    const a = await runner.run('a', [await runner.run('r', [c]), c])
    const end = await runner.run('u', [await runner.run('j', [a, x])])
    expect(await runner.run(undefined, [x])).toEqual(end)
  })
})
