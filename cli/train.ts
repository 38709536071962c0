/** `cnn-oracle train`: the article's network on Fashion-MNIST, each step held against the textbook where asked. */
import { readFileSync, writeFileSync } from 'node:fs'
import { loadModule } from '../audit/target/module.ts'
import { looksLikeModule } from '../audit/target/target.ts'
import { optimized } from '../optimized/index.ts'
import { textbook } from '../reference/textbook.ts'
import { readDataset } from '../train/idx.ts'
import { train as loop } from '../train/loop.ts'
import { readSafetensors, writeSafetensors } from '../train/safetensors.ts'
import { accuracyOn, begin, checkpointOf, resume } from '../train/trainer.ts'
import { WrongLayer } from '../train/verify.ts'
import { exitCode, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'

export interface TrainFlags {
  readonly data: string
  readonly variant: string
  readonly epochs: number
  readonly batch: number
  readonly seed: number
  readonly rate?: number
  readonly momentum: number
  readonly target: string
  readonly verify?: number
  readonly checkpoint: string
  readonly resume?: string
}

export async function train(flags: TrainFlags): Promise<number> {
  const { variant, data, epochs, batch, seed, momentum, checkpoint } = flags
  if (variant !== 'mean' && variant !== 'max')
    throw new UsageError(`train: --variant is ${variant}; it is mean (the article's) or max (relu, softmax)`)
  const by =
    flags.target === 'optimized' ? optimized : flags.target === 'textbook' ? textbook : await moduleOf(flags.target)
  const [images, test] = [readDataset(data, 'train'), readDataset(data, 't10k')]
  const settings = { variant, seed, batch, momentum, rate: flags.rate ?? (variant === 'mean' ? 1 : 0.05) } as const
  const training = flags.resume
    ? resume(readSafetensors(readFileSync(flags.resume), flags.resume), by.precision, flags.resume)
    : begin(settings, by.precision)
  const line = progressLine()
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  const start = performance.now()
  let seen = 0
  const told = (cost: number, batches: number): void => {
    seen += training.settings.batch
    const rate = (1000 * seen) / (performance.now() - start)
    line.show(
      `epoch ${training.epoch + 1}/${epochs} ${training.done}/${batches} loss ${cost.toFixed(4)} ${rate.toFixed(0)} images/s`,
    )
  }
  try {
    await loop(by, training, images, { epochs, verifyEvery: flags.verify, told, signal: abort.signal })
  } catch (error) {
    if (!(error instanceof WrongLayer)) throw error
    line.clear()
    const file = `${checkpoint}.wrong`
    const { operands, result } = error.called
    const tensors = Object.fromEntries(Object.entries({ ...operands, result }).flatMap(([k, t]) => (t ? [[k, t]] : [])))
    const metadata = { operator: error.called.operator, attributes: JSON.stringify(error.called.attributes) }
    writeFileSync(file, writeSafetensors({ tensors, metadata }))
    process.stdout.write(`wrong: ${error.message}\noperands and result: ${file} (safetensors)\n`)
    return exitCode.findings
  }
  line.clear()
  const seconds = (performance.now() - start) / 1000
  writeFileSync(checkpoint, writeSafetensors(checkpointOf(training)))
  if (abort.signal.aborted) {
    process.stdout.write(
      `stopped; go on with: cnn-oracle train --data ${data} --epochs ${epochs} --resume ${checkpoint}\n`,
    )
    return exitCode.interrupted
  }
  const accuracy = await accuracyOn(by, training, test)
  process.stdout.write(
    `${training.settings.variant}, seed ${training.settings.seed}, ${by.name}: test accuracy ${(100 * accuracy).toFixed(2)} % of ${test.count}, ` +
      `${seconds.toFixed(1)} s, ${(seen / seconds).toFixed(0)} images/s\n`,
  )
  return exitCode.holds
}

async function moduleOf(target: string): ReturnType<typeof loadModule> {
  if (looksLikeModule(target)) return loadModule(target)
  throw new UsageError(`train: --target is ${target}; it is optimized, textbook or a module (./my-conv.ts)`)
}
