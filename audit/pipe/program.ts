/**
 * A program that speaks the pipe protocol: started, greeted, asked, and ended when it dies, falls silent or says what cannot
 * be understood. Whatever ends it ends every call that waits and every later one, with the same reason.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { type OperatorName, Unsupported } from '../../reference/contract.ts'
import type { AttributeBag } from '../../reference/operators.ts'
import type { Tensor } from '../../reference/tensor.ts'
import { LineCutter } from './lines.ts'
import { type Answer, answerFault, type Hello, PipeError, parseAnswer, parseHello, requestLine } from './protocol.ts'
import { fromWire } from './wire.ts'

export interface PipeLimits {
  /** Milliseconds until the first line: a package may take seconds to load. */
  readonly startMs: number
  /** Milliseconds of silence while a call waits; every answer starts the clock anew, because a program may work one by one. */
  readonly callMs: number
  /** Milliseconds a program has to end once its input has ended. */
  readonly closeMs: number
  /** Characters of a line: what base64 of the largest result takes. */
  readonly lineCharacters: number
}

export const usualPipeLimits: PipeLimits = {
  startMs: 60_000,
  callMs: 5_000,
  closeMs: 5_000,
  lineCharacters: 2 ** 28,
}

interface Waiting {
  readonly operator: OperatorName
  resolve(result: Tensor): void
  reject(error: Error): void
}

/** Milliseconds that a program has to clean up behind SIGTERM. */
const TERMINATED_MS = 500

/** Characters of stderr that are kept to explain a death. */
const LAST_WORDS = 4096

export class PipeProgram {
  /** The name it has in messages. */
  readonly label: string
  readonly hello: Promise<Hello>
  private readonly child: ChildProcessWithoutNullStreams
  private readonly limits: PipeLimits
  private readonly lines: LineCutter
  private readonly waiting = new Map<number, Waiting>()
  private readonly closed: Promise<void>
  private greeted: { resolve(hello: Hello): void; reject(error: Error): void } | undefined
  private clock: NodeJS.Timeout | undefined
  private lastId = 0
  private lastWords = ''
  private end: PipeError | undefined

  /** Starts the command, the program first, without a shell. */
  constructor(command: readonly string[], limits: PipeLimits, label: string) {
    this.label = label
    this.limits = limits
    this.lines = new LineCutter(limits.lineCharacters)
    const [file, ...args] = command
    if (!file) throw new PipeError('crash', 'the command of a pipe is empty; give a program and its arguments')
    this.child = spawn(file, args, { stdio: 'pipe' })
    this.hello = new Promise((resolve, reject) => {
      this.greeted = { resolve, reject }
    })
    this.closed = new Promise((resolve) => {
      // 'close' and not 'exit': what was written before the end is still read.
      this.child.once('close', (code, signal) => {
        this.stop(this.death(code, signal))
        resolve()
      })
    })
    this.child.on('error', (error) => {
      this.stop(
        new PipeError('crash', `${this.label}: does not start: ${error.message}; is ${file} the name of a program?`),
      )
    })
    // A write to a program that has ended; 'close' says so better.
    this.child.stdin.on('error', () => {})
    this.child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.receive(chunk))
    this.child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.lastWords = (this.lastWords + chunk).slice(-LAST_WORDS)
    })
    this.startClock()
  }

  /** What ended the program, if it has ended. */
  get whyEnded(): PipeError | undefined {
    return this.end
  }

  /** One call. Rejects with Unsupported or PipeError. */
  ask(
    operator: OperatorName,
    operands: Readonly<Record<string, Tensor | undefined>>,
    attributes: AttributeBag,
  ): Promise<Tensor> {
    return new Promise((resolve, reject) => {
      if (this.end) return reject(this.end)
      const id = ++this.lastId
      this.waiting.set(id, { operator, resolve, reject })
      this.child.stdin.write(requestLine(id, operator, operands, attributes))
      if (this.clock === undefined) this.startClock()
    })
  }

  /** Ends its input and waits for it to go; it is killed when it stays. */
  async close(): Promise<void> {
    this.child.stdin.end()
    const { closeMs } = this.limits
    const late = setTimeout(() => {
      const mend = 'a program ends when its input does'
      this.stop(new PipeError('hang', `${this.label}: still there ${closeMs / 1000} s after its last request; ${mend}`))
    }, closeMs)
    await this.closed
    clearTimeout(late)
  }

  private receive(chunk: string): void {
    if (this.end) return
    try {
      for (const line of this.lines.cut(chunk)) this.hear(line)
    } catch (error) {
      const fault = error instanceof PipeError ? error : this.endless(error)
      this.stop(fault)
    }
  }

  private hear(line: string): void {
    if (this.greeted) {
      const hello = parseHello(this.label, line)
      this.greeted.resolve(hello)
      this.greeted = undefined
      this.stopClock()
      return
    }
    const { id, answer } = parseAnswer(this.label, line)
    const call = this.waiting.get(id)
    if (!call) {
      const asked = [...this.waiting.keys()].join(', ') || 'none'
      throw new PipeError(
        'protocol',
        `${this.label}: answered request ${id}, which does not wait for an answer (waiting: ${asked}); ` +
          `answer every request once, with its own id`,
      )
    }
    this.waiting.delete(id)
    this.stopClock()
    if (this.waiting.size > 0) this.startClock()
    this.settle(call, id, answer)
  }

  private settle({ operator, resolve, reject }: Waiting, id: number, answer: Answer): void {
    if ('result' in answer) {
      try {
        resolve(fromWire(answer.result))
      } catch (error) {
        reject(answerFault(this.label, operator, id, error instanceof Error ? error.message : String(error)))
      }
    } else if ('unsupported' in answer) reject(new Unsupported(`${operator}: ${answer.unsupported}`))
    else if ('error' in answer) reject(new PipeError('threw', `${this.label}: ${operator}: ${answer.error}`))
    else reject(answerFault(this.label, operator, id, answer.off))
  }

  private startClock(): void {
    const ms = this.greeted ? this.limits.startMs : this.limits.callMs
    const what = this.greeted ? 'no first line' : 'no answer'
    this.clock = setTimeout(() => {
      const asked = [...this.waiting].map(([id, { operator }]) => `request ${id}, ${operator}`)
      const of = asked.length > 0 ? ` to ${asked[0]}` : ''
      const mend = 'does it flush stdout after every line?'
      this.stop(new PipeError('hang', `${this.label}: ${what}${of} within ${ms / 1000} s; ${mend}${this.words()}`))
    }, ms)
  }

  private stopClock(): void {
    clearTimeout(this.clock)
    this.clock = undefined
  }

  /** Ends everything with one reason, the first. */
  private stop(reason: PipeError): void {
    if (this.end) return
    this.end = reason
    this.stopClock()
    this.kill()
    this.greeted?.reject(reason)
    this.greeted = undefined
    for (const { reject } of this.waiting.values()) reject(reason)
    this.waiting.clear()
  }

  /**
   * The end of its input asks it to go, SIGTERM tells it to, SIGKILL makes it. A child of the program's may hold on to its
   * output, which is therefore not waited for.
   */
  private kill(): void {
    this.child.stdin.end()
    this.child.kill('SIGTERM')
    const last = setTimeout(() => this.child.kill('SIGKILL'), TERMINATED_MS)
    this.child.once('exit', () => clearTimeout(last))
    this.child.stdout.destroy()
    this.child.stderr.destroy()
  }

  private death(code: number | null, signal: NodeJS.Signals | null): PipeError {
    const how = signal === null ? `ended with exit code ${code}` : `died of ${signal}`
    const before = this.greeted ? ' before its first line' : ''
    const { rest } = this.lines
    const half = rest === '' ? '' : `, in the middle of a line (${rest.length} characters without a newline)`
    return new PipeError('crash', `${this.label}: ${how}${before}${half}${this.words()}`)
  }

  private endless(error: unknown): PipeError {
    const what = error instanceof Error ? error.message : String(error)
    return new PipeError('protocol', `${this.label}: ${what}; end every message with a newline`)
  }

  /** The last line of stderr, which of a traceback is the one that says it. */
  private words(): string {
    const last = this.lastWords.trimEnd().split('\n').at(-1)
    return last ? `; its last line on stderr: ${last}` : ''
  }
}
