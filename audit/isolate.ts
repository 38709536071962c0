/**
 * A target in a process of its own: asked over IPC, ended when a call takes too long or too much memory, its death reported
 * with its case. It leads a process group, which ends as a whole.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { adoptGroup, endGroup, killGroup, leadsGroup } from './isolation/group.ts'
import { residentMb } from './isolation/memory.ts'
import type { Reply, Request } from './protocol.ts'
import { pipeCommand } from './target/target.ts'

export type DeathKind = 'crash' | 'hang' | 'protocol'

/** Why a process, or the program that it speaks to, could not answer any more. */
export class Death extends Error {
  override readonly name = 'Death'
  readonly kind: DeathKind
  constructor(kind: DeathKind, message: string) {
    super(message)
    this.kind = kind
  }
}

/** The file that runs in the child, beside this one: .ts under tsx, .js when built. */
const workerFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
)

const loader =
  workerFile.endsWith('.ts') && !process.execArgv.some((arg) => arg.includes('tsx')) ? ['--import', 'tsx'] : []

export interface Limits {
  /** Milliseconds a call may take before the process is ended. */
  readonly callMs: number
  /** Megabytes of JavaScript heap. */
  readonly heapMb: number
  /** Megabytes of the whole process and of what it started. */
  readonly memoryMb: number
}

/** Loading a package compiles WebAssembly and may wait for a busy machine; a layer of a network is larger than a case. */
const LOAD_MS = 60_000
/** A program behind a pipe has its own clock, which says more: this one waits so much longer. */
const PIPE_MS = 2_000
/** A look costs 0.1 ms. */
const MEMORY_LOOK_MS = 50

export const usualLimits: Limits = { callMs: 5_000, heapMb: 2048, memoryMb: 4096 }

export class IsolatedTarget {
  private child: ChildProcess | undefined
  /** Ends the question that is being answered, when its process is ended. */
  private abandon: (() => void) | undefined
  private readonly limits: Limits
  private piped = false
  /** Whether the target brings memory of its own with each load, so that a trap does not end the process. */
  private startsAnew = false

  constructor(limits: Limits = usualLimits) {
    this.limits = limits
  }

  /**
   * Asks, hands every reply on the way to `heard`, and resolves with the last one. Every reply starts the clock anew.
   * Rejects with Death when the process ends, stays silent too long, grows too large, or says that it cannot go on. `limitMs`
   * is for who can judge by less silence than a finding needs.
   */
  ask(request: Request, heard: (reply: Reply) => void = () => {}, limitMs = this.limits.callMs): Promise<Reply> {
    if (request.ask === 'load') this.piped = pipeCommand(request.target) !== undefined
    const callMs = limitMs + (this.piped ? PIPE_MS : 0)
    const isCase = request.ask === 'audit' || request.ask === 'judge'
    const patience = isCase ? callMs : Math.max(LOAD_MS, callMs)
    this.child ??= this.start()
    const child = this.child
    return new Promise<Reply>((resolve, reject) => {
      let clock = setTimeout(tooLong, patience)
      const { memoryMb } = this.limits
      const look = setInterval(() => {
        const mb = residentMb(child.pid!) ?? 0
        if (mb > memoryMb)
          die('crash', `${Math.round(mb)} MB of memory are more than --memory-limit ${memoryMb} allows`, true)
      }, MEMORY_LOOK_MS)
      const finish = (): void => {
        clearTimeout(clock)
        clearInterval(look)
        this.abandon = undefined
        child.off('message', onMessage)
        child.off('exit', onExit)
      }
      const die = (kind: DeathKind, message: string, atOnce = false): void => {
        finish()
        this.kill(atOnce)
        reject(new Death(kind, message))
      }
      const onMessage = (reply: Reply): void => {
        if (reply.say === 'started' || reply.say === 'found') {
          clearTimeout(clock)
          clock = setTimeout(tooLong, patience)
          heard(reply)
        } else if (reply.say === 'trapped' && reply.kind === 'crash' && this.startsAnew) {
          finish()
          reject(new Death(reply.kind, reply.message))
        } else if (reply.say === 'trapped') die(reply.kind, reply.message)
        else {
          if (reply.say === 'loaded') this.startsAnew = reply.offers.some(({ fragile }) => fragile)
          finish()
          resolve(reply)
        }
      }
      // What the process started may still be there.
      const onExit = (code: number | null, signal: string | null): void =>
        die(
          'crash',
          signal === null ? `the process ended with exit code ${code}` : `the process died of ${signal}`,
          true,
        )
      function tooLong(): void {
        die('hang', `no answer within ${patience / 1000} s`)
      }
      this.abandon = () => {
        finish()
        reject(new Death('crash', 'the process was stopped'))
      }
      child.on('message', onMessage)
      child.on('exit', onExit)
      child.send(request.ask === 'load' ? { ...request, callMs: this.limits.callMs } : request)
    })
  }

  get isRunning(): boolean {
    return this.child !== undefined
  }

  /** Ends the process and all it started, in less than a second; the next question starts another at once. */
  kill(atOnce = false): void {
    const child = this.child
    this.child = undefined
    this.abandon?.()
    if (!child?.pid) return
    child.removeAllListeners()
    child.on('error', () => {})
    if (atOnce) killGroup(child.pid)
    else void endGroup(child.pid, () => child.connected && child.send({ ask: 'end' } satisfies Request))
  }

  private start(): ChildProcess {
    // What a target prints must not mix with the results on stdout: its stdout goes to stderr.
    const child = fork(workerFile, [], {
      // Under a test runner the sources are not compiled by tsx yet, so the child brings it itself.
      execArgv: [
        ...process.execArgv,
        ...loader,
        `--max-old-space-size=${Math.min(this.limits.heapMb, this.limits.memoryMb)}`,
      ],
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'],
      detached: leadsGroup,
    })
    child.on('error', () => {})
    if (child.pid) adoptGroup(child.pid)
    return child
  }
}
