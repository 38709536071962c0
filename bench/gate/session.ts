/**
 * A session: two fresh processes, one an arm, on one core and in turns, so that what happens to the machine happens to both
 * (Bulej et al. 2020). Blocks come in quads, ABBA or BAAB by lot.
 */
import type { Random } from '../../properties/random.ts'
import { ArmProcess, idlestCore } from '../measure/armProcess.ts'
import type { Block } from '../measure/sampler.ts'
import type { Reply, Request } from './protocol.ts'
import type { Tracked } from './tracked.ts'

export type Timed = Tracked | 'same' | 'frozen'
export const nameOf = (what: Timed): string => (typeof what === 'string' ? what : what.name)

export interface Trees {
  readonly base: string
  readonly head: string
}

/** What a session found of one kernel. */
export interface Paired {
  /** ln(head / base): above 0 head is slower. */
  readonly ratio: number
  /** Milliseconds a call in the median block of head. */
  readonly ms: number
  readonly steady: boolean
  /** Whether both arms gave the same bits. */
  readonly equal: boolean
  readonly quads: number
  readonly dropped: number
}

const QUADS = 7
/** A quad whose arms waited for a core for more of its time is dropped, but never more than half of them. */
const DELAYED = 0.2

export async function session(
  trees: Trees,
  kernels: readonly Timed[],
  random: Random,
  judge: boolean,
): Promise<Map<string, Paired>> {
  const core = await idlestCore()
  const arm = (argument: string): Arm =>
    new ArmProcess({ program: './arm', beside: import.meta.url, argument, core, collects: true })
  const arms = { base: arm(trees.base), head: arm(trees.head) }
  const found = new Map<string, Paired>()
  try {
    await Promise.all([arms.base.ask(), arms.head.ask()])
    for (const what of shuffled(kernels, random)) found.set(nameOf(what), await pair(arms, what, random, judge))
  } finally {
    arms.base.close()
    arms.head.close()
  }
  return found
}

type Arm = ArmProcess<Request, Reply>

interface Arms {
  readonly base: Arm
  readonly head: Arm
}

async function pair(arms: Arms, what: Timed, random: Random, judge: boolean): Promise<Paired> {
  const prepared = async (arm: Arm) => {
    const reply = await arm.ask({ ask: 'prepare', what, judge })
    if (reply.say !== 'prepared') throw new Error(`gate: unexpected reply ${reply.say}`)
    return reply
  }
  const base = await prepared(arms.base)
  const head = await prepared(arms.head)
  const block = async (side: keyof Arms): Promise<Block & { side: keyof Arms }> => {
    const reply = await arms[side].ask({ ask: 'block' })
    if (reply.say !== 'block') throw new Error(`gate: unexpected reply ${reply.say}`)
    return { ...reply.block, side }
  }
  const quads: { ratio: number; delay: number; ms: number }[] = []
  for (let quad = 0; quad < QUADS; quad++) {
    const [outer, inner] = random.integer(0, 1) ? (['base', 'head'] as const) : (['head', 'base'] as const)
    const blocks: (Block & { side: keyof Arms })[] = []
    for (const side of [outer, inner, inner, outer]) blocks.push(await block(side))
    const log = (side: keyof Arms): number =>
      blocks.filter((b) => b.side === side).reduce((sum, { ms }) => sum + Math.log(ms) / 2, 0)
    const delay = Math.max(...blocks.map((b) => b.delay))
    quads.push({ ratio: log('head') - log('base'), delay, ms: Math.exp(log('head')) })
  }
  const kept = undisturbed(quads)
  return {
    ratio: median(kept.map(({ ratio }) => ratio)),
    ms: median(kept.map(({ ms }) => ms)),
    steady: base.steady && head.steady,
    equal: base.digest === head.digest,
    quads: QUADS,
    dropped: QUADS - kept.length,
  }
}

/** Those that hardly waited for a core, or the half that waited least: a rule that never looks at the times. */
export function undisturbed<T extends { readonly delay: number }>(quads: readonly T[]): readonly T[] {
  const sorted = [...quads].sort((a, b) => a.delay - b.delay)
  const calm = sorted.filter(({ delay }) => delay <= DELAYED)
  return calm.length >= quads.length / 2 ? calm : sorted.slice(0, Math.ceil(quads.length / 2))
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const all = [...values]
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    const [a, b] = [all[i]!, all[j]!]
    all[i] = b
    all[j] = a
  }
  return all
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
