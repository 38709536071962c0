/**
 * Speed of the rungs of optimized/ beside tfjs-wasm and onnxruntime-node, conv2d on five layers, in one run: implementations
 * take turns, and what counts is the ratio of two in the same round. Each result is judged before anything is timed.
 *
 * The peers run behind the adapters that audits use: their figures include the change of layout to and from NCHW that a
 * caller with NCHW tensors pays, and onnxruntime-node gets its weights with every call.
 */
import { builtIn, missingPackages } from '../audit/target/index.ts'
import { blocked32, simd } from '../optimized/index.ts'
import { expectation } from '../properties/bound.ts'
import { instantiate } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import { verdict } from '../properties/verdict.ts'
import type { Attributes, Implementation, Tensor } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { intervalText, medianInterval } from './interval.ts'
import { peakFlops, peakLoop } from './peak.ts'

const LAYERS = [
  'conv2d n1c64h56w56 m64r3s3 pd1 @real#1',
  'conv2d n1c64h56w56 m256r1s1 @real#2',
  'conv2d n1c256h14w14 m256r3s3 pd1 @real#3',
  'conv2d n1c144h56w56 m144r3s3 pd1 g144 @real#4',
  'conv2d n64c1h28w28 m6r5s5 @real#5',
]
const ROUNDS = 12
/** Calls a round go on for this long, of which the median counts. */
const ROUND_MS = 20

interface Layer {
  readonly descriptor: string
  readonly x: Tensor
  readonly w: Tensor
  readonly attributes: Attributes<'conv2d'>
  readonly flops: number
}

function layerOf(descriptor: string): Layer {
  const { operands, attributes } = instantiate(parseCase(descriptor), 'float32')
  const { x, w } = operands
  const { stride, padding, dilation, groups } = attributes
  if (!x || !w || !stride || !padding || !dilation || !groups)
    throw new TypeError(`bench: ${descriptor} is no conv2d; its descriptor must begin so`)
  const [, , P, Q] = operatorRow('conv2d').resultShape({ x: x.shape, w: w.shape }, attributes)
  const flops = 2 * x.shape[0]! * w.data.length * P! * Q!
  return { descriptor, x, w, attributes: { stride, padding, dilation, groups }, flops }
}

const call = async ({ operators, name }: Implementation, { x, w, attributes }: Layer): Promise<Tensor> => {
  if (!operators.conv2d) throw new TypeError(`${name} has no conv2d`)
  return operators.conv2d({ x, w }, attributes)
}

/** The maps m of the layer are the layer of the weights m, and of the channels m where it is depthwise. */
function judged(result: Tensor, { x, w, attributes }: Layer): string {
  const M = w.shape[0]!
  const maps = [...new Set([0, 5, M - 1])].filter((m) => m < M)
  const pick = (t: Tensor, axis: 0 | 1): Tensor => {
    const inner = t.shape.slice(axis + 1).reduce((a, b) => a * b, 1)
    const outer = axis === 0 ? 1 : t.shape[0]!
    const count = t.shape[axis]!
    const data = new Float32Array(outer * maps.length * inner)
    for (let n = 0; n < outer; n++) {
      for (const [i, m] of maps.entries()) {
        const from = (n * count + m) * inner
        data.set(t.data.subarray(from, from + inner), (n * maps.length + i) * inner)
      }
    }
    return { shape: t.shape.map((extent, i) => (i === axis ? maps.length : extent)), data }
  }
  const depthwise = attributes.groups > 1
  const operands = { x: depthwise ? pick(x, 1) : x, w: pick(w, 0) }
  const groups = depthwise ? maps.length : 1
  const expected = expectation(operatorRow('conv2d'), operands, { ...attributes, groups }, 'float32')
  return verdict(pick(result, 1), expected).grade
}

/** GFLOP/s by the median call of a round. */
async function rate(run: () => unknown, flops: number): Promise<number> {
  const times: number[] = []
  const end = performance.now() + ROUND_MS
  do {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  } while (performance.now() < end)
  times.sort((a, b) => a - b)
  return flops / times[times.length >> 1]! / 1e6
}

async function peers(): Promise<Implementation[]> {
  const found: Implementation[] = []
  for (const target of builtIn) {
    if (
      !['tfjs-wasm', 'onnxruntime-node', 'onnxruntime-web'].includes(target.name) ||
      missingPackages(target).length > 0
    )
      continue
    const [first] = await target.load()
    if (first) found.push(first)
  }
  return found
}

const implementations = [...(simd ? [simd] : []), blocked32, ...(await peers())]
const peak = peakLoop()
await rate(peak, peakFlops)
const peaks: number[] = []
for (const descriptor of LAYERS) {
  const layer = layerOf(descriptor)
  for (const implementation of implementations) {
    const grade = judged(await call(implementation, layer), layer)
    if (grade === 'wrong') throw new Error(`${implementation.name} is wrong on ${descriptor}; nothing was timed`)
    if (implementation !== blocked32) for (let i = 0; i < 10; i++) await call(implementation, layer)
  }
  const rates = new Map<Implementation, number[]>(implementations.map((implementation) => [implementation, []]))
  for (let round = 0; round < ROUNDS; round++) {
    peaks.push(await rate(peak, peakFlops))
    const order = round % 2 ? [...implementations].reverse() : implementations
    for (const implementation of order) {
      rates.get(implementation)!.push(await rate(() => call(implementation, layer), layer.flops))
    }
  }
  process.stdout.write(`${descriptor}, ${(layer.flops / 1e6).toFixed(0)} MFLOP\n`)
  const ours = rates.get(implementations[0]!)!
  for (const [{ name }, own] of rates) {
    const ratio = medianInterval(ours.map((value, round) => value / own[round]!))
    const share = medianInterval(own.map((value, i) => (100 * value) / peaks[peaks.length - ROUNDS + i]!))
    process.stdout.write(
      `  ${name.padEnd(17)} ${intervalText(medianInterval(own), ' GFLOP/s', 1).padEnd(30)} ${intervalText(share, ' % of peak', 0).padEnd(24)} ` +
        `${implementations[0]!.name} is ${intervalText(ratio, ' ×')}\n`,
    )
  }
}
process.stdout.write(`SIMD multiply-add peak ${intervalText(medianInterval(peaks), ' GFLOP/s', 1)}\n`)
for (const { close } of implementations) await close?.()
