import { expect, it } from 'vitest'
import { type Line, summary } from './summary.ts'

const interval = (median: number) => ({ median, low: median, high: median })
const line = (name: string, ratio: number, rest: Partial<Line> = {}, groups = 1): Line => ({
  layer: { name, flops: 60e6, attributes: { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups } },
  share: 0.5,
  ratios: { peer: interval(ratio) },
  gradients: undefined,
  peak: 50,
  ...rest,
})

it('a geometric mean a group and peer, and the layers that are behind, by name', () => {
  const text = summary([line('a', 4), line('b', 1), line('c', 0.5, {}, 8)])
  expect(text).toContain('direct (2): 2.00 × peer\n')
  expect(text).toContain('depthwise (1): 0.50 × peer; behind on c 0.50 ×')
})

it('the part of the peak counts large direct layers alone', () => {
  const small = line('small', 1, { share: 0.01 })
  const text = summary([line('a', 1), { ...small, layer: { ...small.layer, flops: 1e6 } }])
  expect(text).toContain('50 MFLOP and above, of peak (1): 50 %, least 50 %')
})

it('gradients are a line each where they were timed', () => {
  expect(summary([line('a', 1)])).not.toContain('dx')
  expect(summary([line('a', 1, { gradients: { dx: 0.8, dw: 0.9 } })])).toContain('dx, of forward (1): 80 %, least 80 %')
})
