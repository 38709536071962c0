/** `cnn-oracle train`: the article's network on Fashion-MNIST, each step held against the textbook where asked. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { layerReplay } from '../audit/replayLine.ts'
import { loadModule } from '../audit/target/module.ts'
import { looksLikeModule } from '../audit/target/target.ts'
import { optimized } from '../optimized/index.ts'
import { caseOf } from '../properties/caseOf.ts'
import type { Precision } from '../reference/contract.ts'
import { textbook } from '../reference/textbook.ts'
import { checkpointOf, resume } from '../train/checkpoint.ts'
import { holdOut, readDataset } from '../train/idx.ts'
import { train as loop } from '../train/loop.ts'
import { readSafetensors, writeSafetensors } from '../train/safetensors.ts'
import type { Called } from '../train/step.ts'
import { accuracyOn, batchesOf, begin, type Settings, type Training, USUAL } from '../train/trainer.ts'
import { WrongLayer } from '../train/verify.ts'
import { exitCode, UsageError } from './exit.ts'
import { interruption } from './interruption.ts'
import { bar, progressLine } from './progress.ts'
import { goOnWith } from './record.ts'
import { tryFile, writing } from './writing.ts'

export interface TrainFlags {
  readonly data?: string
  readonly variant: string
  readonly epochs: number
  readonly batch: number
  readonly seed: number
  readonly rate?: number
  readonly momentum: number
  readonly decay: number
  readonly weightDecay?: number
  readonly validation?: number
  readonly target: string
  readonly verify?: number
  readonly checkpoint: string
  readonly resume?: string
}

/** `asked`: which of the flags somebody gave; a checkpoint that is resumed has its own settings instead of the usual ones. */
export async function train(flags: TrainFlags, asked: ReadonlySet<string>): Promise<number> {
  const { variant, epochs, batch, seed, momentum, decay, checkpoint } = flags
  const data = flags.data ?? fixture()
  if (variant !== 'mean' && variant !== 'max')
    throw new UsageError(`train: --variant is ${variant}; it is mean (the article's) or max (relu, softmax)`)
  const by =
    flags.target === 'optimized' ? optimized : flags.target === 'textbook' ? textbook : await moduleOf(flags.target)
  const all = readDataset(data, 'train')
  const [images, test] =
    flags.validation === undefined ? [all, readDataset(data, 't10k')] : holdOut(all, flags.validation)
  const held = flags.validation === undefined ? 'test' : 'validation'
  const settings: Settings = {
    variant,
    seed,
    batch,
    momentum,
    decay,
    rate: flags.rate ?? USUAL[variant].rate,
    weightDecay: flags.weightDecay ?? USUAL[variant].weightDecay,
    images: images.count,
  }
  const training =
    flags.resume !== undefined ? resumed(flags.resume, by.precision, settings, asked) : begin(settings, by.precision)
  writing('--checkpoint', checkpoint, () => tryFile(checkpoint))
  const batches = batchesOf(training.settings)
  const line = progressLine()
  const signal = interruption()
  const clock = stopwatch()
  let seen = 0
  let accuracy: number | undefined
  /** Of the epoch so far. */
  let sum = { cost: 0, images: 0 }
  const told = (cost: number, images: number): void => {
    seen += images
    sum = { cost: sum.cost + cost * images, images: sum.images + images }
    line.show(
      `epoch ${training.epoch + 1}/${epochs} ${bar(training.done / batches)} ${training.done}/${batches} loss ${cost.toFixed(4)}` +
        `${accuracy === undefined ? '' : ` accuracy ${percent(accuracy)}`} ${(seen / clock.seconds()).toFixed(0)} images/s`,
    )
  }
  const epochDone = async (): Promise<void> => {
    clock.stop()
    accuracy = await accuracyOn(by, training, test)
    const speed = `${clock.seconds().toFixed(0)} s, ${(seen / clock.seconds()).toFixed(0)} images/s`
    const loss = (sum.cost / sum.images).toFixed(4)
    line.log(`epoch ${training.epoch}/${epochs} loss ${loss} accuracy ${percent(accuracy)} ${speed}`)
    sum = { cost: 0, images: 0 }
    clock.go()
  }
  try {
    await loop(by, training, images, { epochs, verifyEvery: flags.verify, told, epochDone, signal })
  } catch (error) {
    if (!(error instanceof WrongLayer)) throw error
    line.clear()
    process.stdout.write(`wrong: ${error.message}\n${layerReplay(caseOf(error.called), flags.target)}\n`)
    keepOperands(error.called, `${checkpoint}.wrong`)
    return exitCode.findings
  }
  line.clear()
  const seconds = clock.seconds()
  const { user, system } = process.cpuUsage()
  const processor = (user + system) / 1e6
  writing('--checkpoint', checkpoint, () => writeFileSync(checkpoint, writeSafetensors(checkpointOf(training))))
  if (signal.aborted) {
    process.stdout.write(`stopped; go on with: ${goOnWith(checkpoint)}\n`)
    return exitCode.interrupted
  }
  accuracy ??= await accuracyOn(by, training, test)
  process.stdout.write(
    `${training.settings.variant}, seed ${training.settings.seed}, ${by.name}: ${held} accuracy ${percent(accuracy)} of ${test.count}, ` +
      `${seconds.toFixed(1)} s of training (${processor.toFixed(0)} s of a core), ${(seen / Math.max(seconds, 1e-3)).toFixed(0)} images/s\n`,
  )
  return exitCode.holds
}

/** The images that are part of the package: beside the sources, and one folder above what is built. */
function fixture(): string {
  const folders = ['../fixtures/fashion-mnist', '../../fixtures/fashion-mnist'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  return folders.find((folder) => existsSync(folder)) ?? folders[0]!
}

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`

/** Counts the time of training alone, without that of the tests between epochs. */
function stopwatch() {
  let sum = 0
  let since = performance.now()
  let runs = true
  return {
    seconds: (): number => (sum + (runs ? performance.now() - since : 0)) / 1000,
    stop(): void {
      sum += performance.now() - since
      runs = false
    },
    go(): void {
      since = performance.now()
      runs = true
    },
  }
}

/** Beside the finding, which is said in any case. */
function keepOperands({ operator, operands, attributes, result }: Called, file: string): void {
  const tensors = Object.fromEntries(Object.entries({ ...operands, result }).flatMap(([k, t]) => (t ? [[k, t]] : [])))
  const metadata = { operator, attributes: JSON.stringify(attributes) }
  try {
    writeFileSync(file, writeSafetensors({ tensors, metadata }))
    process.stdout.write(`operands and result: ${file} (safetensors)\n`)
  } catch (error) {
    process.stderr.write(`cnn-oracle: operands and result are not kept: ${messageOf(error)}\n`)
  }
}

function resumed(file: string, precision: Precision, settings: Settings, asked: ReadonlySet<string>): Training {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new UsageError(`train: --resume: ${messageOf(error)}; give a checkpoint`)
  }
  const wanted = Object.fromEntries(Object.entries(settings).filter(([name]) => asked.has(name)))
  return resume(readSafetensors(bytes, file), precision, file, { ...wanted, images: settings.images })
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function moduleOf(target: string): ReturnType<typeof loadModule> {
  if (looksLikeModule(target)) return loadModule(target)
  throw new UsageError(`train: --target is ${target}; it is optimized, textbook or a module (./my-conv.ts)`)
}
