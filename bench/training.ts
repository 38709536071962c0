/**
 * Images a second of a training step, both variants of the article's network, beside TensorFlow.js and PyTorch (one thread): same
 * network, same batch, each in a process of its own, in turns within one run. `npm run bench:train`, `-- --rounds 20 --batch 64`.
 */
import { spawn } from 'node:child_process'
import { loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
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
/** Steps of a round and before the first one: ours and PyTorch's are much quicker than tfjs's. */
const QUICK = { steps: 8, warm: 30 }
const SLOW = { steps: 1, warm: 4 }

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
  const training = begin(
    { variant, seed: 1, batch, rate: RATE, momentum: MOMENTUM, decay: 1, weightDecay: 0, images: count },
    'float32',
  )
  const steps = async (number: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < number; i++) await descendOn(optimized, training, x, t)
    return (performance.now() - start) / 1000
  }
  await steps(QUICK.warm)
  return { name: 'optimized', time: async () => (await steps(QUICK.steps)) / (QUICK.steps * batch) }
}

/** A program that says its name, then seconds for each number of steps that it is given; nothing where it ends before. */
async function program(command: string, args: readonly string[], { steps, warm } = QUICK): Promise<Racer | undefined> {
  const { stdin, stdout } = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string | undefined> => (await lines.next()).value
  // A program that has ended takes no more; that it is gone shows in what it does not answer.
  stdin.on('error', () => {})
  const name = (await next()) ?? command
  const take = async (number: number): Promise<number | undefined> => {
    stdin.write(`${number}\n`)
    const seconds = await next()
    return seconds === undefined ? undefined : Number(seconds)
  }
  if ((await take(warm)) === undefined) {
    process.stdout.write(`${name}\n`)
    return undefined
  }
  const time = async (): Promise<number> => {
    const seconds = await take(steps)
    if (seconds === undefined) throw new Error(`${name} has ended before it answered`)
    return seconds / (steps * batch)
  }
  return { name, time, close: () => stdin.end() }
}

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Both builds of TensorFlow.js: the quick one, and the one that Node loads by itself. */
const tfjs = (variant: string, ...rest: ['cpu' | 'wasm', 'es2017' | 'node']): Promise<Racer | undefined> =>
  program(process.execPath, [...process.execArgv, path('./tfjsTraining.ts'), variant, String(batch), ...rest], SLOW)

async function pytorch(variant: string): Promise<Racer | undefined> {
  const { command, missing } = pythonWith(['torch'])
  if (missing === undefined) return program(command, ['-B', path('./python/training.py'), variant, String(batch)])
  process.stdout.write(`PyTorch is left out: ${missing}\n`)
  return undefined
}

for (const variant of ['mean', 'max'] as const) {
  const asked = [
    await tfjs(variant, 'wasm', 'node'),
    await tfjs(variant, 'cpu', 'es2017'),
    await tfjs(variant, 'cpu', 'node'),
    await pytorch(variant),
  ]
  const peers = asked.filter((peer) => peer !== undefined)
  const own = await ours(variant)
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
