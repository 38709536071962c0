/** The same first weights and the same batches, 100 steps in float64: PyTorch's costs are ours. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { pythonWith, titled } from '../audit/witness/python.ts'
import { blocked64 } from '../optimized/index.ts'
import type { Tensor } from '../reference/contract.ts'
import { textbook } from '../reference/textbook.ts'
import { checkpointOf } from './checkpoint.ts'
import { readDataset } from './idx.ts'
import { writeSafetensors } from './safetensors.ts'
import { batchOf, begin, descendOn, orderOf } from './trainer.ts'

const STEPS = 100
const BATCH = 8
const DECAY = 1e-3
const RELATIVE = 1e-9
const python = pythonWith(['torch'])
const folder = mkdtempSync(join(tmpdir(), 'trajectory-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(python.skip)(titled('PyTorch', python), () => {
  const set = readDataset('fixtures/fashion-mnist', 'train')

  test.each([
    ['mean', 1, textbook],
    ['max', 0.05, textbook],
    ['mean', 1, blocked64],
    ['max', 0.05, blocked64],
  ] as const)('%s, rate %d: 100 costs agree to 1e-9 relative (%#)', async (variant, rate, by) => {
    expect(python.missing).toBeUndefined()
    const training = begin(
      { variant, seed: 3, batch: BATCH, rate, momentum: 0.9, decay: 1, weightDecay: DECAY, images: set.count },
      'float64',
    )
    const weights = join(folder, 'weights.safetensors')
    writeFileSync(weights, writeSafetensors(checkpointOf(training)))
    const order = orderOf(training)
    const tensors: Record<string, Tensor> = {}
    const ours: number[] = []
    for (let s = 0; s < STEPS; s++) {
      const { x, t } = batchOf(set, order.subarray(s * BATCH, (s + 1) * BATCH), 'float64')
      Object.assign(tensors, { [`${s}.x`]: x, [`${s}.t`]: t })
      ours.push(await descendOn(by, training, x, t))
    }
    const batches = join(folder, 'batches.safetensors')
    writeFileSync(batches, writeSafetensors({ tensors, metadata: {} }))
    const program = fileURLToPath(new URL('./python/trajectory.py', import.meta.url))
    const { stdout, stderr } = spawnSync(
      python.command,
      ['-B', program, variant, String(rate), '0.9', String(DECAY), weights, batches],
      {
        encoding: 'utf8',
      },
    )
    const theirs = stdout.trim().split('\n').map(Number)
    expect(theirs.length, stderr).toBe(STEPS)
    const apart = ours.map((cost, s) => Math.abs(cost - theirs[s]!) / theirs[s]!)
    const most = Math.max(...apart)
    console.log(`${variant}, ${by.name}: costs ${ours[0]} … ${ours.at(-1)}, at most ${most} apart`)
    expect(most).toBeLessThan(RELATIVE)
    // Trained indeed: a trajectory that stands still would agree as well.
    expect(ours.slice(-10).reduce((a, b) => a + b)).toBeLessThan(ours.slice(0, 10).reduce((a, b) => a + b))
  })
})
