/** The process of one arm: holds one implementation (argv) and times its calls, a block at a time. */
import { type Peer, peers } from '../../audit/target/peers.ts'
import type { Prepare, Prepared } from '../../audit/target/prepared.ts'
import { completeAttributes } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { Tensor } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import { memorySpeed } from '../measure/calibration.ts'
import { processorMs } from '../measure/processor.ts'
import { Sampler, type SamplerOptions } from '../measure/sampler.ts'
import { serve } from '../measure/serve.ts'
import { peakLoop } from '../peak.ts'
import { isOwn, prepareOwn } from './own.ts'
import { partOf } from './part.ts'
import { PEAK, type Reply, type Request } from './protocol.ts'
import { totalOf } from './total.ts'

const AGAIN_MS = 80

const name = process.argv[2] ?? ''
let prepare: Prepare | undefined
let prepared: Prepared | undefined
let sampler: Sampler | undefined

async function load(): Promise<Reply> {
  if (name === PEAK) prepared = { run: peakLoop(), result: refuse, close: () => {} }
  else if (isOwn(name)) prepare = await prepareOwn(name)
  else prepare = await peerNamed(name).prepare()
  return { say: 'loaded' }
}

function peerNamed(name: string): Peer {
  const peer = peers.find(({ target }) => target.name === name)
  if (peer) return peer
  throw new RangeError(`bench: no peer is called ${name}`)
}

const refuse = (): never => {
  throw new Error('arm: the loop of the peak has no result')
}

async function ready({ descriptor, operands, judged }: Extract<Request, { ask: 'prepare' }>): Promise<Reply> {
  if (!prepare) throw new Error('arm: asked for a case before anything was loaded')
  await prepared?.close()
  prepared = undefined
  const c = parseCase(descriptor)
  const row = operatorRow(c.operator)
  const call = { operator: c.operator, row, operands, attributes: completeAttributes(c) }
  try {
    const made = await prepare(call)
    prepared = made
    const [result, first] = await timed(made)
    // A first call may compile for as long as others compute: what seems slow is asked once more.
    const ms = first > AGAIN_MS ? Math.min(first, (await timed(made))[1]) : first
    const shapes = Object.fromEntries(Object.entries(operands).map(([operand, t]) => [operand, t?.shape]))
    const shape = row.resultShape(shapes, call.attributes)
    if (judged === 'total') {
      if (String(result.shape) !== String(shape)) throw new TypeError(`its shape is ${result.shape}, not ${shape}`)
      return { say: 'prepared', judged: totalOf(call)!.of(result), ms }
    }
    // What computes in float64 is judged by its results in float32, as its operands came in that.
    const part = partOf(call, shape, row.flops(c.sizes, call.attributes)).of(result)
    return { say: 'prepared', judged: { shape: [...part.shape], data: Float32Array.from(part.data) }, ms }
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { say: 'refused', message: first, threw: !(error instanceof Error && error.name === 'Unsupported') }
  }
}

async function timed({ result }: Prepared): Promise<[Tensor, number]> {
  const start = processorMs()
  return [await result(), processorMs() - start]
}

async function warm(options: SamplerOptions): Promise<Reply> {
  if (!prepared) throw new Error('arm: asked to warm up before a case was prepared')
  sampler = new Sampler(prepared.run, options)
  return { say: 'warm', steady: await sampler.warm() }
}

serve<Request, Reply>(async (request) => {
  switch (request.ask) {
    case 'load':
      return load()
    case 'prepare':
      return ready(request)
    case 'warm':
      return warm(request.options)
    case 'memory':
      return { say: 'memory', memory: memorySpeed() }
    case 'block':
      if (!sampler) throw new Error('arm: asked for a block before it was warm')
      return { say: 'block', block: await sampler.block() }
  }
})
