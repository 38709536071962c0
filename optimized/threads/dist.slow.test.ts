/** What is published runs without tsx: the package is built, and a layer goes to the workers of the built one. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

it('what is built, a rung and a session, starts its workers from a .js file, and its process ends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dist-of-threads-'))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder])
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const script = join(folder, 'run.js')
    writeFileSync(
      script,
      `import { session, threadsOf } from './optimized/index.js'
      const t = (...shape) => ({ shape, data: new Float32Array(shape[0] * shape[1]).fill(1) })
      const rung = threadsOf({ threads: 2, leastFlops: 0, onlyWorkers: true })
      console.log(rung.operators.dense({ x: t(3, 5), w: t(40, 5) }, {}).data[7], rung.version)
      const s = session({ threads: 2, leastFlops: 0, onlyWorkers: true })
      const x = s.tensor([3, 5])
      const layer = s.dense({ x, w: t(40, 5) })
      x.data.fill(1)
      layer.run()
      console.log(layer.y.data[7], s.threads)`,
    )
    const out = execFileSync(process.execPath, [script], { encoding: 'utf8', timeout: 20_000 })
    expect(out).toMatch(/^5 simd.*, 2 threads\n5 2\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
