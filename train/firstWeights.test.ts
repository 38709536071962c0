import { expect, test } from 'vitest'
import { Random } from '../properties/random.ts'
import { tensor } from '../reference/tensor.ts'
import { textbook } from '../reference/textbook.ts'
import { firstNetwork } from './firstWeights.ts'
import { forward } from './step.ts'

test('mean: of a grey image every unit begins in the middle of its sigmoid, every answer at one in ten', async () => {
  const network = firstNetwork('mean', new Random(5), 'float64')
  const x = tensor([1, 1, 28, 28], new Array(784).fill(0.5))
  const outputs = await forward(textbook, network, x)
  const answers = outputs.pop()!
  outputs.pop()
  const middles = network.layers.flatMap(({ kind }, l) => (kind === 'activation' && outputs[l + 1] ? [l + 1] : []))
  expect(middles).toHaveLength(3)
  for (const l of middles) for (const y of outputs[l]!.data) expect(y).toBeCloseTo(0.5, 12)
  expect(answers.data).toHaveLength(10)
  for (const y of answers.data) expect(y).toBeCloseTo(0.1, 12)
})

test.each([
  ['mean', 4],
  ['max', Math.sqrt(6)],
] as const)('%s: weights fill ±%d/√inputs on both sides', (variant, gain) => {
  const weighted = firstNetwork(variant, new Random(5), 'float64').layers.flatMap((layer) =>
    'w' in layer ? [layer.w] : [],
  )
  expect(weighted).toHaveLength(4)
  for (const { shape, data } of weighted) {
    const bound = gain / Math.sqrt(data.length / shape[0]!)
    const [least, most] = [Math.min(...data), Math.max(...data)]
    expect(most).toBeLessThanOrEqual(bound)
    expect(least).toBeGreaterThanOrEqual(-bound)
    // Of 100 to 7,680 numbers, uniform, the largest is beyond 0.9 of the bound.
    expect(most).toBeGreaterThan(0.9 * bound)
    expect(least).toBeLessThan(-0.9 * bound)
  }
})

test('max: biases are drawn as the article’s network draws them, within ±1/√inputs', () => {
  const biased = firstNetwork('max', new Random(5), 'float64').layers.flatMap((layer) => ('w' in layer ? [layer] : []))
  for (const { w, b } of biased) {
    const bound = 1 / Math.sqrt(w.data.length / w.shape[0]!)
    expect(Math.max(...b.data.map(Math.abs))).toBeLessThanOrEqual(bound)
    expect(new Set(b.data).size).toBe(b.data.length)
  }
})
