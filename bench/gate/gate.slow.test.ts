import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { type GateOptions, gate, gateExit } from './gate.ts'
import { slowerTree } from './inject.ts'
import { tracked } from './tracked.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const conv3x3 = tracked.filter(({ name }) => name === 'conv3x3')
const options: GateOptions = { seed: 1, noise: {}, limit: 600, progress: () => undefined }

it('half as slow again is a FAIL that a rerun confirms, or the run is void; the results have the same bits', async () => {
  const head = slowerTree(root, join(root, 'node_modules/.cache/cnn-oracle-bench'), 0.5, 'kernel')
  try {
    const report = await gate({ base: root, head }, conv3x3, options)
    expect(report.kernels).toMatchObject([
      { name: 'conv3x3', outcome: 'FAIL', equal: true, rerun: { outcome: 'FAIL' } },
    ])
    expect(report.kernels[0]!.change).toBeGreaterThan(0.25)
    expect(gateExit(report)).toBe(report.isVoid ? 3 : 1)
  } finally {
    rmSync(head, { recursive: true, force: true })
  }
})

it('past its limit a gate ends after two sessions, undecided', async () => {
  const { kernels, controls } = await gate({ base: root, head: root }, conv3x3, { ...options, limit: 0 })
  for (const { sessions, rerun } of [...kernels, ...controls])
    expect({ sessions, rerun }).toEqual({ sessions: 2, rerun: null })
})
