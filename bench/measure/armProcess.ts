/** An arm: a process of its own that times what it is asked to, pinned to a core where that is wanted and the system can. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

/** What every arm may say beside its own words. */
export type Common = { readonly say: 'ready' } | { readonly say: 'fault'; readonly message: string }

export interface ArmOptions {
  /** Its program, without .ts or .js, relative to the module `beside`. */
  readonly program: string
  readonly beside: string
  readonly argument: string
  readonly core?: number
  /** Whether garbage is collected before each block, instead of when it falls due. */
  readonly collects?: boolean
  readonly answerMs?: number
}

/** WebAssembly goes to the optimizing tier at once. */
export const FLAGS = ['--no-liftoff'] as const

/**
 * The C library keeps the memory it has had. Left alone it gives large results back to the system, or does not, by what a process
 * freed before; a result's pages are then faulted in anew on each call, and a pooling layer took ten times as long in one process
 * as in the next.
 */
const MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 31 - 1),
  MALLOC_TOP_PAD_: String(2 ** 26),
} as const

const ANSWER_MS = 120_000

let pins: boolean | undefined
const canPin = (): boolean => {
  pins ??= spawnSync('taskset', ['-c', '0', 'true']).status === 0
  return pins
}

export class ArmProcess<Request extends object, Reply extends { readonly say: string }> {
  private readonly child: ChildProcess
  private readonly argument: string
  private readonly answerMs: number

  constructor({ program, beside, argument, core, collects = false, answerMs = ANSWER_MS }: ArmOptions) {
    this.argument = argument
    this.answerMs = answerMs
    const built = beside.endsWith('.js')
    const file = fileURLToPath(new URL(`${program}${built ? '.js' : '.ts'}`, beside))
    // The gate loads sources, whichever form it has itself.
    const node = [
      process.execPath,
      ...FLAGS,
      ...(collects ? ['--expose-gc'] : []),
      '--import',
      import.meta.resolve('tsx'),
      file,
      argument,
    ]
    const [command, ...rest] = core !== undefined && canPin() ? ['taskset', '-c', String(core), ...node] : node
    // What a package prints is no result of ours. 'advanced' hands typed arrays over as they are.
    this.child = spawn(command!, rest, {
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, ...MEMORY },
    })
  }

  /** The next answer, to a request or to having been started. Rejects where the arm fails, ends or stays silent. */
  ask(request?: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const silent = new Error(`arm of ${this.argument}: silent for ${this.answerMs / 1000} s`)
      const clock = setTimeout(() => end(silent), this.answerMs)
      const onMessage = (reply: Reply | Common): void => {
        if (isFault(reply)) end(new Error(reply.message))
        else end(undefined, reply as Reply)
      }
      const onExit = (code: number | null, signal: string | null): void =>
        end(new Error(`arm of ${this.argument}: ended ${code === null ? `by ${signal}` : `with exit code ${code}`}`))
      const end = (error: Error | undefined, reply?: Reply): void => {
        clearTimeout(clock)
        this.child.off('message', onMessage)
        this.child.off('exit', onExit)
        if (reply) resolve(reply)
        else reject(error)
      }
      this.child.on('message', onMessage)
      this.child.on('exit', onExit)
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        onExit(this.child.exitCode, this.child.signalCode)
      else if (request) this.child.send(request)
    })
  }

  close(): void {
    if (this.child.connected) this.child.disconnect()
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }
}

const isFault = (reply: { readonly say: string }): reply is Extract<Common, { say: 'fault' }> => reply.say === 'fault'

/** The core that was idle for longest within a short time, of those that this process may use. */
export async function idlestCore(): Promise<number> {
  const idle = (): number[] => cpus().map(({ times }) => times.idle)
  const before = idle()
  await new Promise((done) => setTimeout(done, 100))
  const now = idle()
  const gained = (core: number): number => now[core]! - before[core]!
  const cores = allowedCores(existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '') ?? before.map((_, core) => core)
  return cores.reduce((most, core) => (gained(core) > gained(most) ? core : most))
}

const STATUS = '/proc/self/status'

/** Those of Linux' status of a process, "0-2,5"; undefined where it does not say. */
export function allowedCores(status: string): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1]
  return list?.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number)
    return Array.from({ length: (last ?? first!) - first! + 1 }, (_, i) => first! + i)
  })
}
