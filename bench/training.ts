/**
 * Images a second of a training step, both variants of the article's network, beside TensorFlow.js and PyTorch (one thread): same
 * network, same batch, in turns within one run. `npm run bench:train`, `-- --rounds 20 --batch 64`.
 */
import { spawn } from 'node:child_process'
import { loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tfjsTraining } from '../audit/target/tfjs/training.ts'
import { pythonWith } from '../audit/witness/python.ts'
import { optimized } from '../optimized/index.ts'
import { batchOf, begin, descendOn } from '../train/trainer.ts'
import { intervalText, medianInterval, roundsOf } from './interval.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string' }, batch: { type: 'string' } } })
const rounds = roundsOf(values.rounds, 20)
const batch = Number(values.batch ?? 32)
if (!Number.isSafeInteger(batch) || batch < 1) {
  process.stderr.write(`--batch is ${values.batch}; give a whole number of at least 1\n`)
  process.exit(2)
}
const RATE = 0.05
const MOMENTUM = 0.9
/** Steps of a round: ours and PyTorch's are much quicker than tfjs's, whose round is one step. */
const QUICK = 8
const WARM = 30

interface Racer {
  readonly name: string
  /** Seconds an image. */
  time(): Promise<number>
  close?(): void
}

/** Images of noise: what they show costs no time. */
const count = batch
const images = Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7919) % 256)
const set = { images, labels: Uint8Array.from({ length: count }, (_, i) => i % 10), count }
const { x, t } = batchOf(
  set,
  Array.from({ length: count }, (_, i) => i),
  'float32',
)

async function ours(variant: 'mean' | 'max'): Promise<Racer> {
  const training = begin({ variant, seed: 1, batch, rate: RATE, momentum: MOMENTUM, decay: 1 }, 'float32')
  const steps = async (number: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < number; i++) await descendOn(optimized, training, x, t)
    return (performance.now() - start) / 1000
  }
  await steps(WARM)
  return { name: 'optimized', time: async () => (await steps(QUICK)) / (QUICK * batch) }
}

async function tfjs(backend: 'cpu' | 'wasm', variant: 'mean' | 'max'): Promise<Racer | undefined> {
  const { version, missing, step } = await tfjsTraining(backend, variant, RATE, MOMENTUM)
  if (missing.length > 0) {
    process.stdout.write(`${variant}: ${version} cannot train, it has no kernel ${missing.join(', ')}\n`)
    return undefined
  }
  // One channel: (N,1,28,28) and (N,28,28,1) are the same numbers in the same order.
  const [pixels, classes] = [Float32Array.from(x.data), Float32Array.from(t.data)]
  step(pixels, classes)
  return {
    name: version,
    async time() {
      const start = performance.now()
      step(pixels, classes)
      return (performance.now() - start) / 1000 / batch
    },
  }
}

async function pytorch(variant: 'mean' | 'max'): Promise<Racer | undefined> {
  const { command, missing } = pythonWith(['torch'])
  if (missing !== undefined) {
    process.stdout.write(`PyTorch is left out: ${missing}\n`)
    return undefined
  }
  const program = fileURLToPath(new URL('./python/training.py', import.meta.url))
  const { stdin, stdout } = spawn(command, ['-B', program, variant, String(batch)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('PyTorch has ended before it answered')
    return value
  }
  const name = `PyTorch ${await next()}`
  const steps = async (number: number): Promise<number> => {
    stdin.write(`${number}\n`)
    return Number(await next())
  }
  await steps(WARM)
  return { name, time: async () => (await steps(QUICK)) / (QUICK * batch), close: () => stdin.end() }
}

for (const variant of ['mean', 'max'] as const) {
  await tfjs('wasm', variant)
  const own = await ours(variant)
  const peers = [await tfjs('cpu', variant), await pytorch(variant)].filter((peer) => peer !== undefined)
  const samples = peers.map((): number[] => [])
  const mine: number[] = []
  for (let round = 0; round < rounds; round++)
    for (const [i, peer] of peers.entries()) {
      // In turns, and by turns first, so that what the machine does meanwhile meets both.
      const early = round % 2 ? await peer.time() : undefined
      const a = await own.time()
      const b = early ?? (await peer.time())
      mine.push(1 / a)
      samples[i]!.push(b / a)
    }
  process.stdout.write(
    `${variant}, batch ${batch}: ${own.name} ${intervalText(medianInterval(mine), ' images/s', 0)}; load ${loadavg()[0]!.toFixed(1)}\n`,
  )
  peers.forEach(({ name, close }, i) => {
    process.stdout.write(`  ${intervalText(medianInterval(samples[i]!), ' ×')} ${name} (${rounds} rounds, 95 %)\n`)
    close?.()
  })
}
