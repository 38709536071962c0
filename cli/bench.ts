/** `cnn-oracle bench --against REF` and `bench selftest`: the gate of speed, and what it promises. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment } from '../audit/report/environment.ts'
import { gate, gateExit, gateText } from '../bench/gate/gate.ts'
import { noiseOf, readTrials, selftest, selftestText, type Trial } from '../bench/gate/selftest.ts'
import { type Tracked, tracked } from '../bench/gate/tracked.ts'
import { checkout } from '../bench/gate/tree.ts'
import { append, thisRun } from '../bench/history/entry.ts'
import { entriesOfGate } from '../bench/history/fromGate.ts'
import { FLAGS } from '../bench/measure/armProcess.ts'
import { exitCode, UsageError } from './exit.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A gate that confirms what failed ends within this on two quiet cores. */
const SECONDS = 240

export interface BenchFlags {
  readonly against: string
  readonly filter?: readonly string[]
  readonly seed: number
  readonly record?: string
  /** When the last session begins. */
  readonly seconds?: number
  readonly json?: boolean
  readonly list?: boolean
}

export async function bench(
  suites: readonly string[],
  { against, filter, seed, record, seconds = SECONDS, json, list }: BenchFlags,
): Promise<number> {
  if (suites.length > 0)
    throw new UsageError(
      `bench: --against holds the tracked kernels, not ${suites.join(', ')}; choose of them by --filter`,
    )
  const kernels = chosen(filter)
  if (list) {
    for (const { name, descriptor, rung } of kernels)
      process.stdout.write(`${name.padEnd(24)} ${rung.padEnd(12)} ${descriptor}\n`)
    return exitCode.holds
  }
  const base = checkout(root, against)
  const signal = interruption()
  const line = progressLine()
  const report = await gate({ base: base.folder, head: root }, kernels, {
    seed,
    noise: noiseOf(readTrials(join(root, 'bench/history/selftest.jsonl'))),
    limit: seconds,
    signal,
    progress: (text) => line.show(signal.aborted ? `${text}; the last, interrupted` : text),
  })
  line.clear()
  const document = { schemaVersion: 1, base: base.commit, ...environment(), ...report }
  if (record !== undefined) append(record, entriesOfGate(report, base.commit, thisRun([...FLAGS, '--expose-gc'])))
  const text = `against ${against}, ${base.commit.slice(0, 12)}\n${gateText(report)}`
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`)
  return signal.aborted ? exitCode.interrupted : gateExit(report)
}

function chosen(filter: readonly string[] | undefined): readonly Tracked[] {
  const kernels = tracked.filter(({ name }) => filter?.some((part) => name.includes(part)) ?? true)
  if (kernels.length > 0) return kernels
  const names = tracked.map(({ name }) => name).join(', ')
  throw new UsageError(`bench: no kernel has ${filter?.join(' or ')} in its name; there are ${names}`)
}

export interface SelftestFlags {
  readonly trials: number
  readonly kernels: number
  readonly only?: readonly string[]
  readonly load: string
  readonly results: string
  readonly report?: boolean
  readonly seed: number
}

const PARTS = [0, 0.02, 0.05, 0.1]

export async function benchSelftest(flags: SelftestFlags): Promise<number> {
  if (!['idle', 'loaded', 'both'].includes(flags.load))
    throw new UsageError(`bench: --load is ${flags.load}; it is idle, loaded or both`)
  const parts = flags.only?.map((text) => Number(text) / 100) ?? PARTS
  const wrong = parts.find((part) => !PARTS.includes(part))
  if (wrong !== undefined) throw new UsageError(`bench: --only has ${100 * wrong}; it lists 0, 2, 5 or 10`)
  const line = progressLine()
  if (!flags.report) {
    const kinds = [false, true]
      .filter((loaded) => flags.load === 'both' || loaded === (flags.load === 'loaded'))
      .flatMap((loaded) =>
        parts.flatMap((part): Trial[] =>
          (part === 0 ? (['kernel'] as const) : (['kernel', 'packing'] as const)).map((where) => ({
            part,
            where,
            loaded,
          })),
        ),
      )
    await selftest(root, {
      trials: Array.from({ length: flags.trials }, () => kinds).flat(),
      kernels: tracked.slice(0, flags.kernels),
      file: flags.results,
      seed: flags.seed,
      progress: (text) => line.show(text),
    })
  }
  line.clear()
  const records = readTrials(flags.results)
  if (records.length === 0) throw new UsageError(`bench: ${flags.results} holds no runs; run without --report`)
  process.stdout.write(`${selftestText(records)}\n`)
  return exitCode.holds
}
