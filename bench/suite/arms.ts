/** The arms of a run: one implementation each, in a process of its own, started again where it ended. */
import { missingPackages } from '../../audit/target/index.ts'
import { peers } from '../../audit/target/peers.ts'
import type { Call } from '../../properties/case.ts'
import type { Numerics } from '../../reference/contract.ts'
import { ArmProcess } from '../measure/armProcess.ts'
import type { MemorySpeed } from '../measure/calibration.ts'
import type { Block, SamplerOptions } from '../measure/sampler.ts'
import { isOwn } from './own.ts'
import { PEAK, type Reply, type Request } from './protocol.ts'

/** What takes longer than this to answer is taken for hung. */
const ANSWER_MS = 60_000

export interface Peer {
  readonly name: string
  /** Packages that are not installed. */
  readonly missing: readonly string[]
}

export const peersHere = (): readonly Peer[] =>
  peers.map(({ target }) => ({ name: target.name, missing: missingPackages(target) }))

/** A process that ended, hung or failed while it was timed. */
export class ArmEnded extends Error {
  override readonly name = 'ArmEnded'
  readonly arm: Arm

  constructor(arm: Arm, message: string) {
    super(`${arm.name}: ${message}`)
    this.arm = arm
  }
}

type Process = ArmProcess<Request, Reply>

export class Arm {
  readonly name: string
  /** Whether it is ours. */
  readonly own: boolean
  /** How it says that it computes convolutions, by which its error is judged. */
  readonly numerics: Numerics
  /** Milliseconds an operation of long calls, the least so far, by operator. */
  readonly pace = new Map<string, number>()
  private process: Process | undefined
  private warmed = false

  constructor(name: string) {
    this.name = name
    this.own = name === PEAK || isOwn(name)
    this.numerics = name === 'winograd' ? 'winograd' : 'sum'
  }

  /** Rejects where the implementation does not load. */
  async start(): Promise<void> {
    const process: Process = new ArmProcess({
      program: './arm',
      beside: import.meta.url,
      argument: this.name,
      answerMs: ANSWER_MS,
    })
    this.process = process
    await process.ask()
    await process.ask({ ask: 'load' })
  }

  async prepare(
    descriptor: string,
    operands: Call['operands'],
    judged: 'part' | 'total' = 'part',
  ): Promise<Extract<Reply, { say: 'prepared' | 'refused' }>> {
    try {
      if (!this.process) await this.start()
      return await this.ask('prepared', 'refused', { ask: 'prepare', descriptor, operands, judged })
    } catch (error) {
      this.end()
      return { say: 'refused', message: error instanceof Error ? error.message : String(error), threw: true }
    }
  }

  async memory(): Promise<MemorySpeed> {
    return (await this.ask('memory', 'memory', { ask: 'memory' })).memory
  }

  /** False where its times did not settle. The peak, which has no cases, warms up once. */
  async warm(options: SamplerOptions): Promise<boolean> {
    if (this.warmed) return true
    const { steady } = await this.ask('warm', 'warm', { ask: 'warm', options })
    this.warmed = this.name === PEAK
    return steady
  }

  async block(): Promise<Block> {
    return (await this.ask('block', 'block', { ask: 'block' })).block
  }

  /** Ends its process, whatever it does just now. */
  end(): void {
    this.process?.kill()
    this.process = undefined
  }

  private async ask<A extends Reply['say'], B extends Reply['say']>(
    wanted: A,
    or: B,
    request: Request,
  ): Promise<Extract<Reply, { say: A | B }>> {
    if (!this.process) throw new ArmEnded(this, 'it has ended')
    const reply = await this.process.ask(request).catch((error: unknown) => {
      this.end()
      throw new ArmEnded(this, error instanceof Error ? error.message : String(error))
    })
    if (is(reply, wanted, or)) return reply
    throw new Error(`${this.name}: unexpected reply ${reply.say}`)
  }
}

const is = <A extends Reply['say'], B extends Reply['say']>(
  reply: Reply,
  a: A,
  b: B,
): reply is Extract<Reply, { say: A | B }> => reply.say === a || reply.say === b
