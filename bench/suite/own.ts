/**
 * What this project has itself: the rungs of the ladder. Those with the contract's signature are timed as one full call, operands
 * copied in, weights packed and the result copied out each time. A session is prepared beforehand: `session` keeps x and y in
 * its memory, as tfjs-wasm does, `session-fed` copies x in and y out, as ONNX Runtime does; `session-threads` is `session` on one
 * thread a core.
 */
import type { Prepare, Prepared, PreparedCall } from '../../audit/target/prepared.ts'
import { type Implementation, Unsupported } from '../../reference/contract.ts'
import { callOperator, nearest } from '../../reference/operators.ts'
import type { Clock } from '../measure/sampler.ts'

/** From the textbook upwards. */
// biome-ignore format: a list
export const rungs = ['textbook', 'blocked', 'simd', 'session', 'session-fed', 'winograd', 'threads', 'session-threads'] as const
export type Rung = (typeof rungs)[number]

/** `optimized`, the fastest rung that runs here, or a rung by name. */
export type Own = 'optimized' | Rung

export const isRung = (name: string): name is Rung => rungs.some((rung) => rung === name)

export const isOwn = (name: string): name is Own => name === 'optimized' || isRung(name)

/** Throws RangeError for a name that is no rung. */
export function rungNamed(name: string): Own {
  if (isOwn(name)) return name
  const all = [...rungs, 'optimized']
  throw new RangeError(
    `bench: no rung is called ${name || '""'}; did you mean ${nearest(name, all)}? There are ${all.join(', ')}`,
  )
}

/** Whose work several threads share is timed by the wall, and so is who is timed beside it. */
export const clockOf = (rungs: readonly Own[]): Clock =>
  rungs.some((rung) => rung === 'threads' || rung === 'session-threads') ? 'wall' : 'processor'

/** Loads one alone, so that a process knows no other: V8 compiles for what it has seen. */
export async function prepareOwn(name: Own): Promise<Prepare> {
  if (name === 'textbook') return calls((await import('../../reference/textbook.ts')).textbook)
  const { blocked32, optimized, session, simd, threadsOf, winograd32 } = await import('../../optimized/index.ts')
  switch (name) {
    case 'optimized':
      return calls(optimized)
    case 'blocked':
      return calls(blocked32)
    case 'winograd':
      return calls(winograd32)
    case 'threads':
      return calls(threadsOf({ leastFlops: 0 }))
    case 'simd':
      if (!simd) throw new Unsupported(NO_SIMD)
      return calls(simd)
    case 'session':
    case 'session-fed':
      if (!session) throw new Unsupported(NO_SIMD)
      return held(session, name === 'session-fed')
    case 'session-threads': {
      if (!session) throw new Unsupported(NO_SIMD)
      const { threadCount } = await import('../../optimized/threads/support.ts')
      return held(() => session({ threads: threadCount(), leastFlops: 0 }))
    }
  }
}

const NO_SIMD = 'this engine has no WebAssembly SIMD'

const calls =
  (implementation: Implementation): Prepare =>
  (asked) => {
    const run = () => callOperator(implementation, asked.operator, asked.operands, asked.attributes)
    return {
      run,
      result: () => run() ?? refuse(implementation.name, asked),
      close: () => {},
    }
  }

type Session = ReturnType<NonNullable<typeof import('../../optimized/index.ts').session>>

const held =
  (start: () => Session, fed = false): Prepare =>
  (asked): Prepared => {
    const { x, w, b } = asked.operands
    if (!x || !w) return refuse('session', asked)
    const s = start()
    const at = s.tensor(x.shape)
    const layer = layerOf(s, at, asked)
    const input = Float32Array.from(x.data)
    at.data.set(input)
    const read = () => ({ shape: layer.y.shape, data: layer.y.data.slice() })
    const feed = () => {
      at.data.set(input)
      layer.run()
      return read()
    }
    return { run: fed ? feed : layer.run, result: feed, close: () => s.close() }

    function layerOf(s: Session, x: ReturnType<typeof s.tensor>, { operator, attributes }: PreparedCall) {
      const { stride, padding, dilation, groups } = attributes
      if (operator === 'dense') return s.dense({ x, w: w!, b })
      if (operator === 'conv2d' && stride && padding && dilation && groups !== undefined)
        return s.conv2d({ x, w: w!, b }, { stride, padding, dilation, groups })
      return refuse('session', asked)
    }
  }

function refuse(name: string, { operator }: PreparedCall): never {
  throw new Unsupported(`${operator}: ${name} does not offer it`)
}
