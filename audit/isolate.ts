/** A target in a process of its own: asked over IPC, killed when a call takes too long, its death reported with its case. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Reply, Request } from './protocol.ts'

/** Why a process ended before it answered. */
export class Death extends Error {
  override readonly name = 'Death'
  readonly kind: 'crash' | 'hang'
  constructor(kind: 'crash' | 'hang', message: string) {
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
  /** Milliseconds a call may take before the process is killed. */
  readonly callMs: number
  /** Megabytes of JavaScript heap. */
  readonly heapMb: number
}

/** Loading a package compiles WebAssembly and may wait for a busy machine. */
const LOAD_MS = 60_000

export const usualLimits: Limits = { callMs: 5_000, heapMb: 2048 }

export class IsolatedTarget {
  private child: ChildProcess | undefined
  /** Ends the question that is being answered, when its process is killed. */
  private abandon: (() => void) | undefined
  private readonly limits: Limits

  constructor(limits: Limits = usualLimits) {
    this.limits = limits
  }

  /**
   * Asks, hands every reply on the way to `heard`, and resolves with the last one. Every reply starts the clock anew.
   * Rejects with Death when the process ends or stays silent too long.
   */
  ask(request: Request, heard: (reply: Reply) => void = () => {}): Promise<Reply> {
    const callMs = request.ask === 'load' ? Math.max(LOAD_MS, this.limits.callMs) : this.limits.callMs
    this.child ??= this.start()
    const child = this.child
    return new Promise<Reply>((resolve, reject) => {
      let clock = setTimeout(tooLong, callMs, this)
      const finish = (): void => {
        clearTimeout(clock)
        this.abandon = undefined
        child.off('message', onMessage)
        child.off('exit', onExit)
      }
      const onMessage = (reply: Reply): void => {
        clearTimeout(clock)
        if (reply.say === 'started' || reply.say === 'found') {
          clock = setTimeout(tooLong, callMs, this)
          heard(reply)
          return
        }
        finish()
        resolve(reply)
      }
      const onExit = (code: number | null, signal: string | null): void => {
        finish()
        this.child = undefined
        reject(
          new Death(
            'crash',
            signal === null ? `the process ended with exit code ${code}` : `the process died of ${signal}`,
          ),
        )
      }
      function tooLong(self: IsolatedTarget): void {
        finish()
        self.kill()
        reject(new Death('hang', `no answer within ${callMs / 1000} s`))
      }
      this.abandon = () => {
        finish()
        reject(new Death('crash', 'the process was stopped'))
      }
      child.on('message', onMessage)
      child.on('exit', onExit)
      child.send(request)
    })
  }

  get isRunning(): boolean {
    return this.child !== undefined
  }

  /** Ends the process at once; the next question starts another. */
  kill(): void {
    this.abandon?.()
    this.child?.removeAllListeners()
    this.child?.kill('SIGKILL')
    this.child = undefined
  }

  private start(): ChildProcess {
    // What a target prints must not mix with the results on stdout: its stdout goes to stderr.
    const child = fork(workerFile, [], {
      // Under a test runner the sources are not compiled by tsx yet, so the child brings it itself.
      execArgv: [...process.execArgv, ...loader, `--max-old-space-size=${this.limits.heapMb}`],
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    child.on('error', () => {})
    return child
  }
}
