/**
 * Speed and error of the winograd rung on the 3×3 layers of stride 1 in ResNet-50, beside TensorFlow.js (WebAssembly) and
 * ONNX Runtime (native, one thread) through their adapters, in turns within one run. `tsx bench/winograd.ts`.
 *
 * A rate counts the products of the direct sum: 2·N·M·P·Q·C·9 operations a second. Every implementation passes its verdict
 * before it is timed. TensorFlow.js wants NHWC: the time of changing layouts and copying is taken in turn with the rest and left
 * out. What that makes of the caches stays, so that where weights outweigh the image (7²) its rate here is too low.
 * ONNX Runtime has its weights fed, as all others have. An error is the largest in units of u·S, S the sum of the
 * magnitudes of a result's terms; TensorFlow.js is the direct sum in float32.
 */
import { nchwToNhwc, nhwcToNchw, oihwToHwio } from '../audit/target/layout.ts'
import { onnxruntimeNode } from '../audit/target/onnxruntime.ts'
import type { Target } from '../audit/target/target.ts'
import { tfjsWasm } from '../audit/target/tfjs.ts'
import { blocked32 } from '../optimized/index.ts'
import { winograd } from '../optimized/winograd/index.ts'
import { expectation } from '../properties/bound.ts'
import { instantiate } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import { formats } from '../properties/format.ts'
import { verdict } from '../properties/verdict.ts'
import type { Implementation, Operands, Tensor } from '../reference/contract.ts'
import { intervalText, medianInterval } from './interval.ts'

const LAYERS = ['c64h56w56 m64', 'c128h28w28 m128', 'c256h14w14 m256', 'c512h7w7 m512']
const ATTRIBUTES = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const
const ROUNDS = 15
const WARM = 3
/** Calls of one sample. */
const AT_ONCE = 2

async function named(target: Target, name: string): Promise<Implementation> {
  const found = (await target.load()).find((implementation) => implementation.name === name)
  if (!found) throw new Error(`${target.name} has no implementation ${name}`)
  return found
}

const ours = winograd('winograd', blocked32)
const peers = {
  tfjs: await named(tfjsWasm, 'tfjs-wasm'),
  onnx: await named(onnxruntimeNode, 'onnxruntime-node'),
}

type Conv2d = Operands<'conv2d'>

/** Milliseconds of one call. */
async function time(call: () => unknown): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < AT_ONCE; i++) await call()
  return (performance.now() - start) / AT_ONCE
}

/** What the adapter of TensorFlow.js does besides the call. */
function changeLayouts({ x, w }: Conv2d, y: Tensor): void {
  Float32Array.from(nchwToNhwc(x).data)
  Float32Array.from(oihwToHwio(w).data)
  nhwcToNchw({ ...y, data: Float32Array.from(y.data) })
}

function largestError({ data }: Tensor, { value, scale }: ReturnType<typeof expectation>): number {
  let most = 0
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]! - value[i]!) / scale[i]!)
  return most / formats.float32.u
}

for (const sizes of LAYERS) {
  const c = parseCase(`conv2d n1${sizes}r3s3 pd1 @real#1`)
  const { row, operands, attributes } = instantiate(c, 'float32')
  const [x, w] = [operands.x!, operands.w!]
  const call = (implementation: Implementation) => implementation.operators.conv2d!({ x, w }, ATTRIBUTES)
  const expected = expectation(row, operands, attributes, 'float32', 'winograd')
  const results: Tensor[] = []
  const errors: number[] = []
  for (const implementation of [ours, peers.tfjs, peers.onnx]) {
    const result = await call(implementation)
    const found = verdict(result, expected)
    if (found.grade === 'wrong') throw new Error(`${implementation.name}: what is wrong is not timed: ${found.message}`)
    results.push(result)
    errors.push(largestError(result, expected))
  }
  const samples = { ours: [] as number[], tfjs: [] as number[], onnx: [] as number[] }
  for (let round = -WARM; round < ROUNDS; round++) {
    const layouts = () => changeLayouts({ x, w }, results[0]!)
    const mine = await time(() => call(ours))
    const tfjs = await time(() => call(peers.tfjs))
    const around = await time(layouts)
    const onnx = await time(() => call(peers.onnx))
    if (round < 0) continue
    samples.ours.push(mine)
    samples.tfjs.push(tfjs - around)
    samples.onnx.push(onnx)
  }
  const flops = (2 * 9 * x.shape[1]! * results[0]!.data.length) / 1e6
  const rate = (times: readonly number[]) => intervalText(medianInterval(times.map((t) => flops / t)), '', 0)
  const ratio = (times: readonly number[]) =>
    intervalText(medianInterval(times.map((t, i) => t / samples.ours[i]!)), ' ×', 2)
  process.stdout.write(
    `${sizes}r3s3: winograd ${rate(samples.ours)} GFLOP/s; tfjs-wasm ${rate(samples.tfjs)}: ${ratio(samples.tfjs)}; ` +
      `onnxruntime-node ${rate(samples.onnx)}: ${ratio(samples.onnx)} (median of ${ROUNDS} rounds, 95 %)\n` +
      `  largest error in u·S: winograd ${errors[0]!.toFixed(2)}, direct sum ${errors[1]!.toFixed(2)}\n`,
  )
}
await peers.onnx.close?.()
