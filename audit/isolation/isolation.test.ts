/** Processes that do not want to end, fork, or take too much. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCase } from '../../properties/descriptor.ts'
import { Death, IsolatedTarget, usualLimits } from '../isolate.ts'
import { adoptGroup, endGroup } from './group.ts'
import { residentMb } from './memory.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))

/** A process is there and no zombie. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return residentMb(pid) !== 0
}

/** Starts a shell script as the leader of a group; it prints the ids that are to be looked at. */
async function started(script: string): Promise<{ leader: number; pids: number[] }> {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const [chunk] = await once(child.stdout, 'data')
  adoptGroup(child.pid!)
  return { leader: child.pid!, pids: [child.pid!, ...String(chunk).trim().split(/\s+/).map(Number)] }
}

describe('a process group', () => {
  it('that ignores SIGTERM and has forked ends by SIGKILL, the fork too', async () => {
    const { leader, pids } = await started(`trap '' TERM; sleep 100 & echo $!; while :; do sleep 1; done`)
    const start = Date.now()
    await endGroup(leader, () => {})
    await new Promise((done) => setTimeout(done, 100))
    expect(pids.filter(isAlive)).toEqual([])
    expect(Date.now() - start).toBeLessThan(5000)
  })

  it('that only forked ends by SIGTERM, and may clean up', async () => {
    const file = join(folder, 'cleaned')
    const { leader, pids } = await started(`trap 'echo done > ${file}; exit' TERM; sleep 100 & echo $!; wait`)
    await endGroup(leader, () => {})
    expect(readFileSync(file, 'utf8')).toBe('done\n')
    expect(pids.filter(isAlive)).toEqual([])
  })
})

describe('memory', () => {
  it('counts what a process started', async () => {
    const hungry = `${process.execPath} -e 'globalThis.b = Buffer.alloc(3e8, 1); console.log(process.pid); setInterval(() => {}, 1000)'`
    const { leader } = await started(`${hungry} & wait`)
    expect(residentMb(leader)).toBeGreaterThan(300)
    await endGroup(leader, () => {})
  })

  it('beyond the limit ends the process, though no JavaScript heap holds it, and says how much it was', async () => {
    const path = join(folder, 'hungry.mjs')
    writeFileSync(
      path,
      `const hold = []
      const relu = async ({ x }) => {
        for (;;) {
          hold.push(Buffer.alloc(2 ** 25, 1))
          await new Promise((done) => setTimeout(done, 5))
        }
      }
      export default { name: 'hungry', precision: 'float32', operators: { relu } }`,
    )
    const isolated = new IsolatedTarget({ ...usualLimits, callMs: 15_000, memoryMb: 600 })
    await isolated.ask({ ask: 'load', target: path })
    const examination = { case: parseCase('relu n1c1h1w1 x=1') }
    const question = isolated.ask({ ask: 'judge', implementation: 'hungry', examination })
    const death = await question.catch((error: unknown) => error)
    expect(death).toBeInstanceOf(Death)
    expect(String(death)).toMatch(/\d+ MB of memory are more than --memory-limit 600 allows/)
    expect(isolated.isRunning).toBe(false)
  })
})
