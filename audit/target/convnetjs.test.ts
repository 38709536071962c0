import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { tryByHand } from './byHand/tryByHand.ts'
import { convnetjs } from './convnetjs.ts'

const implementation = (await convnetjs.load())[0]!

describe('convnetjs', () => {
  it('agrees with the cases computed on paper but for its cost, four times ours', async () => {
    const { right, refused, wrong } = await tryByHand(implementation)
    // ½(2² + 3²) = 6.5. RegressionLayer adds up 2·dy².
    expect(wrong).toEqual(['quadraticCost: () 26'])
    expect(refused).toEqual([
      'conv2d end padding',
      'conv2d groups, stride, dilation',
      'maxPool2d end padding',
      'maxPool2d ceilMode',
      'maxPool2d dilation',
      'softmaxCrossEntropy of soft targets',
    ])
    expect(right).toHaveLength(25)
  })

  it('reports the version of the package', () => {
    expect(implementation.version).toBe('0.3.0')
  })

  const x = tensor([1, 2, 3, 3], Array(18).fill(1))
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
  it.each([
    ['no groups, groups=2', { ...plain, groups: 2 }, [2, 1, 1, 1]],
    ['no dilation, dilation=(1,2)', { ...plain, dilation: [1, 2] }, [1, 2, 1, 1]],
    ['one stride for both axes, stride=(1,2)', { ...plain, stride: [1, 2] }, [1, 2, 1, 1]],
    ['one padding for all sides, padding=(1,1,1,0)', { ...plain, padding: [1, 1, 1, 0] }, [1, 2, 1, 1]],
  ] as const)('refuses what ConvLayer does not have: %s', (message, attributes, shape) => {
    const run = () => implementation.operators.conv2d?.({ x, w: tensor(shape, [1, 1]) }, attributes)
    expect(run).toThrow(Unsupported)
    expect(run).toThrow(`conv2d: ConvLayer has ${message}`)
  })

  it('keeps rows and columns apart: a 2×3 image under a 2×1 window, stride 1', async () => {
    const y = await implementation.operators.maxPool2d?.(
      { x: tensor([1, 1, 2, 3], [1, 5, 3, 4, 2, 6]) },
      { ...plain, kernel: [2, 1], ceilMode: false },
    )
    expect(y).toEqual(tensor([1, 1, 1, 3], [4, 5, 6]))
  })

  it('sums the cost of a batch, and refuses an all-zero target', async () => {
    const { softmaxCrossEntropy } = implementation.operators
    const logits = tensor([2, 2], [0, 0, 0, 0])
    const cost = await softmaxCrossEntropy?.({ x: logits, t: tensor([2, 2], [0, 1, 1, 0]) }, {})
    expect(cost?.data[0]).toBeCloseTo(2 * Math.LN2, 14)
    expect(() => softmaxCrossEntropy?.({ x: logits, t: tensor([2, 2], [0, 1, 0, 0]) }, {})).toThrow(
      'row 1 of t is (0,0)',
    )
  })
})
