/**
 * The process of one arm: loads the implementation of its tree (argv) and times what it is asked to, a block at a time. What is
 * timed and how comes from the tree of this file in both arms.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { optimized, winograd32 } from '../../optimized/index.ts'
import { expectation } from '../../properties/bound.ts'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
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

let sampler: Sampler | undefined

async function prepare({ what, judge }: Extract<Request, { ask: 'prepare' }>): Promise<Reply> {
  if (what === 'frozen') {
    sampler = new Sampler(peakLoop())
    return { say: 'prepared', digest: '', steady: await sampler.warm() }
  }
  // 'same' is the first kernel of this file's own tree in both arms: they cannot differ.
  const { descriptor, rung, name } = what === 'same' ? tracked[0]! : what
  const { operator, row, operands, attributes } = instantiate(parseCase(descriptor), 'float32')
  const implementation = what === 'same' ? own[rung] : rungs[rung]
  const call = (): Tensor => {
    const result = callOperator(implementation, operator, operands, attributes)
    if (result === undefined || result instanceof Promise)
      throw new TypeError(`${name}: ${rung} in ${root} does not answer ${operator} at once`)
    return result
  }
  const result = call()
  if (judge) {
    const expected = expectation(row, operands, attributes, 'float32', implementation.numerics)
    const { grade, message } = verdict(result, expected)
    if (grade === 'wrong') throw new Error(`${name}: ${rung} in ${root} is wrong, and is not timed: ${message}`)
  }
  const { buffer, byteOffset, byteLength } = result.data
  const digest = createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
  sampler = new Sampler(call)
  return { say: 'prepared', digest, steady: await sampler.warm() }
}

serve<Request, Reply>(async (request) => {
  if (request.ask === 'prepare') return prepare(request)
  if (sampler) return { say: 'block', block: await sampler.block() }
  throw new Error('arm: asked for a block before anything was prepared')
})
