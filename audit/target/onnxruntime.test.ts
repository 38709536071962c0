import { afterAll, describe, expect, it } from 'vitest'
import type { Implementation } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { tryByHand } from './byHand/tryByHand.ts'
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.ts'

const NOT_SAME = [
  'conv2d 1×2',
  'conv2d groups, stride, dilation',
  'convTranspose2d uneven padding',
  'convTranspose2d groups',
  'convTranspose2d channels',
  'maxPool2d',
  'maxPool2d padding is absent',
  'maxPool2d ceilMode',
  'maxPool2d dilation',
  'averagePool2d without padding',
  'averagePool2d with padding',
  'averagePool2d ceilMode',
]
const NOT_VALID = [
  'conv2d end padding',
  'conv2d groups, stride, dilation',
  'convTranspose2d uneven padding',
  'convTranspose2d output padding',
  'convTranspose2d end padding',
  'maxPool2d padding is absent',
  'maxPool2d end padding',
  'maxPool2d ceilMode',
  'averagePool2d without padding',
  'averagePool2d end padding',
  'averagePool2d with padding',
  'averagePool2d ceilMode',
]
/** For each way, how many of the cases computed on paper it answers, and which it refuses. */
const EXPECTED: Readonly<Record<string, { right: number; refused: readonly string[] }>> = {
  '': { right: 27, refused: [] },
  '/constant': { right: 12, refused: [] },
  '/same': { right: 8, refused: NOT_SAME },
  '/valid': { right: 8, refused: NOT_VALID },
  '/opset18': { right: 10, refused: [] },
  '/float64': { right: 12, refused: [] },
}

for (const target of [onnxruntimeNode, onnxruntimeWeb]) {
  const implementations = await target.load()
  const way = (suffix: string): Implementation => {
    const found = implementations.find(({ name }) => name === `${target.name}${suffix}`)
    if (!found) throw new Error(`${target.name} has no way ${suffix}`)
    return found
  }
  afterAll(async () => {
    for (const implementation of implementations) await implementation.close?.()
  })

  describe(target.name, () => {
    it('has the ways it is documented to have, and the version of its package', () => {
      expect(implementations.map(({ name }) => name.slice(target.name.length))).toEqual(Object.keys(EXPECTED))
      expect(way('').version).toMatch(/^1\.\d+\.\d+/)
    })

    it.each(Object.entries(EXPECTED))('agrees with the cases computed on paper: %s', async (suffix, expected) => {
      const { right, refused, wrong } = await tryByHand(way(suffix))
      expect(wrong).toEqual([])
      expect(refused).toEqual(expected.refused)
      expect(right).toHaveLength(expected.right)
    })

    it('refuses padding as large as the window, which the runtime does not take', async () => {
      const { maxPool2d } = way('').operators
      const x = tensor([1, 1, 1, 3], [1, 2, 3], 'float32')
      const a = { kernel: [1, 2], stride: [1, 1], padding: [0, 2, 0, 0], dilation: [1, 3], ceilMode: false } as const
      await expect(maxPool2d?.({ x }, a)).rejects.toThrow('maxPool2d: onnxruntime pads by less than the kernel')
    })

    it('refuses SAME_UPPER where its total is negative: ONNX leaves open what that means', async () => {
      const { conv2d } = way('/same').operators
      const [x, w] = [tensor([1, 1, 1, 4], [1, 2, 3, 4], 'float32'), tensor([1, 1, 1, 1], [1], 'float32')]
      const a = { stride: [1, 4], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
      await expect(conv2d?.({ x, w }, a)).rejects.toThrow('SAME_UPPER would pad (0,-3) in all')
    })

    it('serves more shapes and models than it keeps sessions for', async () => {
      const { conv2d } = way('/constant').operators
      for (let i = 1; i <= 40; i++) {
        const [x, w] = [tensor([1, 1, 1, i], Array(i).fill(1), 'float32'), tensor([1, 1, 1, 1], [i], 'float32')]
        const y = await conv2d?.({ x, w }, { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 })
        expect(y).toEqual({ shape: [1, 1, 1, i], data: new Float32Array(i).fill(i) })
      }
    })
  })
}
