/**
 * Speed and error of F(4×4,3×3) on the 3×3 layers of stride 1 in ResNet-50, N=1, beside the direct rung and the peers, one
 * thread, in turns within one run: what counts is the ratio within a round. `npm run bench:winograd -- --rounds 41`.
 *
 * Ours is one full call: NCHW in, NCHW out, weights transformed anew. A peer has its tensors in its own layout, its session made and its
 * weights packed beforehand. Rates count the products of the direct sum, 2·N·M·P·Q·C·9. Every result is judged first.
 *
 * Errors against the float64 textbook: the largest, max|ŷ−y| / max|y|, and the mean, Σ|ŷ−y| / Σ|y|, and both as a multiple of
 * the direct rung's. A sum that cancels has no relative error of its own worth the name, hence the norms.
 */
import { parseArgs } from 'node:util'
import { onnxruntimeNodeConv2d, onnxruntimeWebConv2d } from '../audit/target/onnx/prepared.ts'
import type { PreparedConv2d } from '../audit/target/prepared.ts'
import { tfjsWasmConv2d } from '../audit/target/tfjs/prepared.ts'
import { simd, winograd32 } from '../optimized/index.ts'
import { type Expectation, expectation } from '../properties/bound.ts'
import { verdict } from '../properties/verdict.ts'
import type { Tensor } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { intervalText, medianInterval, roundsOf } from './interval.ts'
import { judgeOf, type Layer, layerOf } from './layer.ts'
import { rate, warm } from './rate.ts'
import { resnet50 } from './shapes/resnet50.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = roundsOf(values.rounds, 31)
if (!simd) {
  process.stderr.write(
    'bench: this engine has no WebAssembly SIMD, on which the winograd rung runs; use Node 20 or later\n',
  )
  process.exit(2)
}
const direct = simd
const peers = {
  'tfjs-wasm': await tfjsWasmConv2d(),
  'onnxruntime-web': await onnxruntimeWebConv2d(),
  'onnxruntime-node': await onnxruntimeNodeConv2d(),
}

/** conv2_x_3x3 … conv5_x_3x3: 56², 28², 14² and 7². */
const layers = resnet50.filter(({ name }) => name.endsWith('x_3x3')).map(layerOf)

type Contestant = Pick<PreparedConv2d, 'run'> & Partial<PreparedConv2d>

interface Errors {
  readonly largest: number
  readonly mean: number
}

function errorsOf({ data }: Tensor, { value }: Expectation): Errors {
  let [most, largest, sum, total] = [0, 0, 0, 0]
  for (let i = 0; i < data.length; i++) {
    const [error, size] = [Math.abs(data[i]! - value[i]!), Math.abs(value[i]!)]
    most = Math.max(most, error)
    largest = Math.max(largest, size)
    sum += error
    total += size
  }
  return { largest: most / largest, mean: sum / total }
}

/** Judges both rungs and says what errors they make. */
function errorText({ name, operands, attributes }: Layer, judge: (y: Tensor, by: string) => void): string {
  const expected = expectation(operatorRow('conv2d'), operands, attributes, 'float32', 'winograd')
  const y = winograd32.operators.conv2d(operands, attributes)
  const { grade, message } = verdict(y, expected)
  if (grade === 'wrong') throw new Error(`winograd is wrong on ${name}, and what is wrong is not timed: ${message}`)
  const z = direct.operators.conv2d(operands, attributes)
  judge(z, 'direct')
  const [ours, theirs] = [errorsOf(y, expected), errorsOf(z, expected)]
  const part = (of: keyof Errors): string =>
    `${of} error ${ours[of].toExponential(1)}, ${(ours[of] / theirs[of]).toFixed(1)} × the direct ${theirs[of].toExponential(1)}`
  return `${part('largest')}; ${part('mean')}`
}

async function contestants(layer: Layer, judge: (y: Tensor, by: string) => void): Promise<Map<string, Contestant>> {
  const { operands, attributes } = layer
  const all = new Map<string, Contestant>([
    ['winograd', { run: () => winograd32.operators.conv2d(operands, attributes) }],
    ['direct', { run: () => direct.operators.conv2d(operands, attributes) }],
  ])
  for (const [name, prepare] of Object.entries(peers)) {
    const prepared = await prepare(operands, attributes)
    judge(await prepared.result(), name)
    all.set(name, prepared)
  }
  return all
}

for (const layer of layers) {
  const judge = judgeOf(layer)
  const errors = errorText(layer, judge)
  const all = await contestants(layer, judge)
  for (const { run } of all.values()) await warm(run)
  const rates = new Map([...all.keys()].map((name): [string, number[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? [...all].reverse() : [...all]
    for (const [name, { run }] of order) rates.get(name)!.push(await rate(run, layer.flops))
  }
  for (const { close } of all.values()) await close?.()
  const ours = rates.get('winograd')!
  const ratios = ['direct', ...Object.keys(peers)].map((name) => {
    const ratio = medianInterval(ours.map((v, i) => v / rates.get(name)![i]!))
    return `${name} ${intervalText(ratio, ' ×')}`
  })
  const speed = `${medianInterval(ours).median.toFixed(1).padStart(5)} GFLOP/s`
  process.stdout.write(`${[layer.name, speed, ...ratios].join('  ')}\n    ${errors}\n`)
}
