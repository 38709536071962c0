/**
 * A session: two fresh processes, one an arm, on one core and in turns, so that what happens to the machine happens to both
 * (Bulej et al. 2020). Blocks come in quads, ABBA or BAAB by lot.
 */
import type { Random } from '../../properties/random.ts'
import { quantile } from '../interval.ts'
import { ArmProcess, idlestCore } from '../measure/armProcess.ts'
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
  /** Milliseconds a call of head. */
  readonly ms: number
  readonly steady: boolean
  /** Whether both arms gave the same bits. */
  readonly equal: boolean
}

/**
 * At how many places the operands of a kernel lie, a quad each: a pooling layer of 400 KB took 28 µs at some and 37 at others, for as long
 * as they stayed there. Of four places an arm may have met only bad ones: with four, sessions of identical code spread by 6 to 8 % on pooling, with
 * twelve, blocks a third as long, by 3.
 */
const PLACES = 12

/**
 * What counts of the samples of an arm: what disturbs only lengthens them, and some are disturbed in nearly every block. In six
 * sessions of identical code the standard deviation of the ratio was 0.3 to 2.1 %, of the median over quads of medians 1 to 14 %.
 */
const LEAST = 0.1

export async function session(
  trees: Trees,
  kernels: readonly Timed[],
  random: Random,
  judge: boolean,
): Promise<Map<string, Paired>> {
  const core = await idlestCore()
  const arm = (argument: string): ArmProcess<Request, Reply> =>
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

/** Who answers: a process. */
type Arm = Pick<ArmProcess<Request, Reply>, 'ask'>

interface Arms {
  readonly base: Arm
  readonly head: Arm
}

/** One kernel in both arms, block by block. */
export async function pair(arms: Arms, what: Timed, random: Random, judge: boolean): Promise<Paired> {
  // Who is asked first is drawn by lot each time: what the other has done just before is no difference of the code.
  const sides = (): readonly [keyof Arms, keyof Arms] => (random.integer(0, 1) ? ['base', 'head'] : ['head', 'base'])
  const prepared = new Map<keyof Arms, Extract<Reply, { say: 'prepared' }>>()
  for (const side of sides()) prepared.set(side, await answer(arms[side], 'prepared', { ask: 'prepare', what, judge }))
  const samples: Record<keyof Arms, number[]> = { base: [], head: [] }
  for (let place = 0; place < PLACES; place++) {
    if (place > 0) for (const side of sides()) await answer(arms[side], 'moved', { ask: 'move' })
    const [outer, inner] = sides()
    for (const side of [outer, inner, inner, outer])
      samples[side].push(...(await answer(arms[side], 'block', { ask: 'block' })).block.samples)
  }
  const [base, head] = [prepared.get('base')!, prepared.get('head')!]
  const ms = quantile(samples.head, LEAST)
  return {
    ratio: Math.log(ms / quantile(samples.base, LEAST)),
    ms,
    steady: base.steady && head.steady,
    equal: base.digest === head.digest,
  }
}

async function answer<S extends Reply['say']>(
  arm: Arm,
  wanted: S,
  request: Request,
): Promise<Extract<Reply, { readonly say: S }>> {
  const reply = await arm.ask(request)
  if (says(reply, wanted)) return reply
  throw new Error(`gate: asked to ${request.ask}, an arm says ${reply.say}`)
}

const says = <S extends Reply['say']>(reply: Reply, wanted: S): reply is Extract<Reply, { readonly say: S }> =>
  reply.say === wanted

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
