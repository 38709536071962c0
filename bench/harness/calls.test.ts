import { expect, it } from 'vitest'
import { blocked32 } from '../../optimized/index.ts'
import { simd } from '../../optimized/simd/index.ts'
import { smallCallTask, TimedEngine } from './calls.ts'

it('kernels take time at their first use alone', () => {
  const engine = new TimedEngine()
  const rung = simd('simd', '', blocked32, engine)
  const x = { shape: [1, 1, 6, 6], data: new Float32Array(36) }
  const w = { shape: [1, 1, 3, 3], data: new Float32Array(9) }
  const layer = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
  rung.operators.conv2d({ x, w }, layer)
  const first = engine.milliseconds
  rung.operators.conv2d({ x, w }, layer)
  expect(first).toBeGreaterThan(0)
  expect(engine.milliseconds).toBe(first)
  rung.operators.conv2d({ x, w }, { ...layer, stride: [2, 2] })
  expect(engine.milliseconds).toBeGreaterThan(first)
})

it('a small call takes longer than its kernels', async () => {
  const { name, time } = await smallCallTask()
  expect(name).toBe('small, beyond its kernels')
  // In milliseconds: a thousandth of them at least, a hundred thousandths at most on any machine that runs tests.
  const beyond = Math.max(await time(0), await time(1))
  expect(beyond).toBeGreaterThan(0.001)
  expect(beyond).toBeLessThan(1)
})
