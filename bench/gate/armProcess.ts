/** An arm in a process of its own, pinned to a core where the system can. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Reply, Request } from './protocol.ts'

const armFile = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './arm.ts' : './arm.js', import.meta.url))
const ANSWER_MS = 120_000

/** WebAssembly goes to the optimizing tier at once; gc() is there to be called between blocks. */
export const FLAGS = ['--no-liftoff', '--expose-gc'] as const

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0

export class ArmProcess {
  private readonly child: ChildProcess
  private readonly root: string

  constructor(root: string, core: number) {
    this.root = root
    const node = [process.execPath, ...FLAGS, '--import', 'tsx', armFile, root]
    const [command, ...rest] = canPin ? ['taskset', '-c', String(core), ...node] : node
    this.child = spawn(command!, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  /** The next answer, to a request or to having been started. */
  ask(request?: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const clock = setTimeout(() => end(new Error(`arm of ${this.root}: silent for ${ANSWER_MS / 1000} s`)), ANSWER_MS)
      const onMessage = (reply: Reply): void => {
        if (reply.say === 'fault') end(new Error(reply.message))
        else end(undefined, reply)
      }
      const onExit = (code: number | null): void => end(new Error(`arm of ${this.root}: ended with exit code ${code}`))
      const end = (error: Error | undefined, reply?: Reply): void => {
        clearTimeout(clock)
        this.child.off('message', onMessage)
        this.child.off('exit', onExit)
        if (reply) resolve(reply)
        else reject(error)
      }
      this.child.on('message', onMessage)
      this.child.on('exit', onExit)
      if (request) this.child.send(request)
    })
  }

  close(): void {
    if (this.child.connected) this.child.disconnect()
  }
}

/** The core that was idle for longest within a short time. */
export async function idlestCore(): Promise<number> {
  const idle = (): number[] => cpus().map(({ times }) => times.idle)
  const before = idle()
  await new Promise((done) => setTimeout(done, 100))
  const gained = idle().map((now, i) => now - before[i]!)
  return gained.indexOf(Math.max(...gained))
}
