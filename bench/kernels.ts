/**
 * conv2d beside tfjs-wasm and onnxruntime-web, one thread, layer by layer in one run: implementations take turns, and what
 * counts is the ratio within a round, its median and interval over rounds. `npm run bench:kernels -- --filter resnet50,lenet --gradients`.
 *
 * Ours is one full call: NCHW in, NCHW out, weights packed anew. A peer has its tensors in its own layout, its session made and its
 * weights packed beforehand, and is timed as its users run it (audit/target/prepared.ts): tfjs-wasm keeps x and y in its memory,
 * onnxruntime-web copies both. Like beside like, ours is timed prepared as well: `held` keeps x and y in the memory of a session, `fed`
 * copies both, and the ratios of their own say so. Every result is judged first.
 */
import { parseArgs } from 'node:util'
import { onnxruntimeWebConv2d } from '../audit/target/onnx/prepared.ts'
import { tfjsWasmConv2d } from '../audit/target/tfjs/prepared.ts'
import { optimized, session } from '../optimized/index.ts'
import { intervalText, medianInterval, roundsOf } from './interval.ts'
import { judgeOf, type Layer, layerOf } from './layer.ts'
import { peakFlops, peakLoop } from './peak.ts'
import { rate, warm } from './rate.ts'
import { shapes } from './shapes/index.ts'
import { summary } from './summary.ts'

const { values } = parseArgs({
  options: { filter: { type: 'string' }, rounds: { type: 'string' }, gradients: { type: 'boolean' } },
})
const rounds = roundsOf(values.rounds, 11)
const wanted = values.filter?.split(',')
const chosen = shapes.filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true)
if (chosen.length === 0) {
  process.stderr.write(
    `bench: no layer has ${values.filter} in its name; there are ${shapes.map((s) => s.name).join(', ')}\n`,
  )
  process.exit(2)
}

const peers = { 'tfjs-wasm': await tfjsWasmConv2d(), 'onnxruntime-web': await onnxruntimeWebConv2d() }
const peak = peakLoop()
await warm(peak)

interface Timed {
  readonly run: () => unknown
  readonly flops: number
  close?(): unknown
}

/** What takes turns on a layer, by name; 'ours' and 'peak' among it. */
async function contestants(layer: Layer): Promise<Map<string, Timed>> {
  const { operands, attributes, flops } = layer
  const { x, w } = operands
  const judge = judgeOf(layer)
  const conv2d = () => optimized.operators.conv2d(operands, attributes)
  const y = conv2d()
  judge(y, 'optimized')
  const all = new Map<string, Timed>([
    ['peak', { run: peak, flops: peakFlops }],
    ['ours', { run: conv2d, flops }],
  ])
  if (session) {
    const s = session()
    const held = s.tensor(x.shape)
    const layer = s.conv2d({ ...operands, x: held }, attributes)
    const input = Float32Array.from(x.data)
    const fed = () => {
      held.data.set(input)
      layer.run()
      return { shape: layer.y.shape, data: layer.y.data.slice() }
    }
    judge(fed(), 'a session')
    all.set('held', { run: layer.run, flops })
    all.set('fed', { run: fed, flops })
  }
  if (values.gradients) {
    const [input, kernel] = [
      { ...attributes, inputSize: [x.shape[2]!, x.shape[3]!] },
      { ...attributes, kernelSize: [w.shape[2]!, w.shape[3]!] },
    ] as const
    all.set('dx', { run: () => optimized.operators.conv2dInputGradient({ dy: y, w }, input), flops })
    all.set('dw', { run: () => optimized.operators.conv2dWeightGradient({ x, dy: y }, kernel), flops })
  }
  for (const [name, prepare] of Object.entries(peers)) {
    const prepared = await prepare(operands, attributes)
    judge(await prepared.result(), name)
    all.set(name, { run: prepared.run, flops, close: prepared.close })
  }
  return all
}

const lines = []
for (const shape of chosen) {
  const layer = layerOf(shape)
  const all = await contestants(layer)
  for (const { run } of all.values()) await warm(run)
  const rates = new Map([...all.keys()].map((name): [string, number[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? [...all].reverse() : [...all]
    for (const [name, { run, flops }] of order) rates.get(name)!.push(await rate(run, flops))
  }
  for (const { close } of all.values()) await close?.()
  const of = (a: string, b: string) => medianInterval(rates.get(a)!.map((v, i) => v / rates.get(b)![i]!))
  const ours = medianInterval(rates.get('ours')!)
  const share = of('ours', 'peak')
  const ratios = Object.fromEntries(Object.keys(peers).map((peer) => [peer, of('ours', peer)]))
  const prepared = session
    ? { 'held : tfjs-wasm': of('held', 'tfjs-wasm'), 'fed : onnxruntime-web': of('fed', 'onnxruntime-web') }
    : {}
  const heldShare = session ? of('held', 'peak').median : undefined
  const gradients = values.gradients ? { dx: of('dx', 'ours').median, dw: of('dw', 'ours').median } : undefined
  lines.push({
    layer,
    share: share.median,
    heldShare,
    ratios: { ...ratios, ...prepared },
    gradients,
    peak: medianInterval(rates.get('peak')!).median,
  })
  const columns = [
    layer.name.padEnd(24),
    `${(layer.flops / 1e6).toFixed(0).padStart(5)} MFLOP`,
    `${ours.median.toFixed(1).padStart(5)} GFLOP/s`,
    `${(100 * share.median).toFixed(0).padStart(3)} % of peak`,
    ...(heldShare === undefined ? [] : [`held ${(100 * heldShare).toFixed(0).padStart(3)} %`]),
    ...Object.entries({ ...ratios, ...prepared }).map(([peer, ratio]) => `${peer} ${intervalText(ratio, ' ×')}`),
    ...Object.entries(gradients ?? {}).map(([name, part]) => `${name} ${(100 * part).toFixed(0)} %`),
  ]
  process.stdout.write(`${columns.join('  ')}\n`)
}
process.stdout.write(`\n${summary(lines)}\n`)
