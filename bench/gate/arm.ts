/**
 * The process of one arm: loads the implementation of its tree (argv) and times what it is asked to, a block at a time. What is
 * timed and how comes from the tree of this file in both arms.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { optimized, winograd32 } from '../../optimized/index.ts'
import { expectation } from '../../properties/bound.ts'
import { type Call, instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { Random } from '../../properties/random.ts'
import { verdict } from '../../properties/verdict.ts'
import type { Implementation, Tensor } from '../../reference/contract.ts'
import { callOperator } from '../../reference/operators.ts'
import { Sampler } from '../measure/sampler.ts'
import { serve } from '../measure/serve.ts'
import { peakLoop } from '../peak.ts'
import type { Reply, Request } from './protocol.ts'
import { type Tracked, tracked } from './tracked.ts'

type Rungs = Readonly<Record<Tracked['rung'], Implementation>>

const root = process.argv[2]
if (root === undefined) throw new TypeError('arm: the first argument is the folder of the tree whose kernels are timed')
const rungs: Rungs = await import(pathToFileURL(join(root, 'optimized/index.ts')).href)

const own: Rungs = { optimized, winograd32 }

/** Short samples: some of them nothing disturbs. */
const SAMPLES = { sampleMs: 0.5, samples: 8, blockMs: 4 }

/** Numbers of a page and of a line of the cache. */
const [PAGE, LINE] = [1024, 16]
const places = new Random(process.pid)

let sampler: Sampler | undefined
/** Moves the operands of what was prepared; the frozen loop has none. */
let move: (() => void) | undefined

async function prepare({ what, judge }: Extract<Request, { ask: 'prepare' }>): Promise<Reply> {
  // What the kernel before has left behind.
  globalThis.gc?.()
  if (what === 'frozen') {
    sampler = new Sampler(peakLoop(), SAMPLES)
    move = () => undefined
    return { say: 'prepared', digest: '', steady: await sampler.warm() }
  }
  // 'same' is the first kernel of this file's own tree in both arms: they cannot differ.
  const { descriptor, rung, name } = what === 'same' ? tracked[0]! : what
  const implementation = what === 'same' ? own[rung] : rungs[rung]
  const callOn =
    ({ operator, operands, attributes }: Call) =>
    (): Tensor => {
      const result = callOperator(implementation, operator, operands, attributes)
      if (result === undefined || result instanceof Promise)
        throw new TypeError(`${name}: ${rung} in ${root} does not answer ${operator} at once`)
      return result
    }
  const first = instantiate(parseCase(descriptor), 'float32')
  const call = callOn(first)
  const result = call()
  if (judge) {
    const { row, operands, attributes } = first
    const expected = expectation(row, operands, attributes, 'float32', implementation.numerics)
    const { grade, message } = verdict(result, expected)
    if (grade === 'wrong') throw new Error(`${name}: ${rung} in ${root} is wrong, and is not timed: ${message}`)
  }
  const { buffer, byteOffset, byteLength } = result.data
  const digest = createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
  const timer = new Sampler(call, SAMPLES)
  sampler = timer
  move = () => timer.replace(callOn(moved(first)))
  return { say: 'prepared', digest, steady: await timer.warm() }
}

/** The same numbers elsewhere: copied, so many lines into a page as the lot says. */
function moved(call: Call): Call {
  const operands = Object.entries(call.operands).map(([name, operand]) => {
    if (operand === undefined) return [name, operand]
    const data = new Float32Array(operand.data.length + PAGE).subarray(LINE * places.integer(0, PAGE / LINE - 1))
    data.set(operand.data)
    return [name, { shape: operand.shape, data: data.subarray(0, operand.data.length) }]
  })
  return { ...call, operands: Object.fromEntries(operands) }
}

serve<Request, Reply>(async (request) => {
  if (request.ask === 'prepare') return prepare(request)
  if (request.ask === 'move' && move) {
    move()
    return { say: 'moved' }
  }
  if (sampler) return { say: 'block', block: await sampler.block() }
  throw new Error('arm: asked for a block before anything was prepared')
})
