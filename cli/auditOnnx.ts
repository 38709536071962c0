/** `cnn-oracle audit --onnx model.onnx`: a whole model through an ONNX runtime, each layer held against the textbook. */
import { readFileSync } from 'node:fs'
import { Death } from '../audit/isolate.ts'
import { auditModel, type ModelReport } from '../audit/onnxModel/auditModel.ts'
import { feedsOf } from '../audit/onnxModel/feeds.ts'
import { ModelError, readModel } from '../audit/onnxModel/read.ts'
import {
  deathDocument,
  deathText,
  deviating,
  firstBeside,
  modelDocument,
  modelText,
  outputsDiffer,
} from '../audit/onnxModel/report.ts'
import { remoteRunner } from '../audit/remote.ts'
import { modelRunners } from '../audit/target/onnx/wholeModel.ts'
import { contenderNamed, limitsOf, refuseMissing, withContenders } from './contenders.ts'
import { exitCode, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'

export interface AuditOnnxFlags {
  readonly through: string
  readonly input?: readonly string[]
  readonly dim?: readonly string[]
  readonly endToEnd?: boolean
  readonly seed: number
  readonly timeLimit: number
  readonly memoryLimit: number
  readonly json?: boolean
}

export async function auditOnnx(path: string, targets: readonly string[], flags: AuditOnnxFlags): Promise<number> {
  if (!Object.hasOwn(modelRunners, flags.through))
    throw new UsageError(`--through ${flags.through}: there are ${Object.keys(modelRunners).join(', ')}`)
  refuseMissing(flags.through)
  const report = await named(path, () => audited(path, targets, flags)).catch((error: unknown) => {
    if (error instanceof Death) return error
    throw error
  })
  const print = (document: object, text: string): boolean =>
    process.stdout.write(`${flags.json ? JSON.stringify(document, null, 2) : text}\n`)
  if (report instanceof Death) {
    const what = [path, flags.through, report.kind, report.message] as const
    print(deathDocument(...what), deathText(...what))
    return exitCode.findings
  }
  print(modelDocument(path, flags.seed, report), modelText(path, flags.seed, report))
  const beside = report.contenders.some((_, c) => firstBeside(report, c))
  if (deviating(report).length > 0 || beside || outputsDiffer(report)) return exitCode.findings
  return report.layers.some(({ verdict }) => verdict) ? exitCode.holds : exitCode.inconclusive
}

async function audited(path: string, targets: readonly string[], flags: AuditOnnxFlags): Promise<ModelReport> {
  const bytes = fileOf(path)
  const model = readModel(bytes)
  const feeds = feedsOf(model, { files: flags.input ?? [], dims: dimsOf(flags.dim ?? []), seed: flags.seed })
  const line = progressLine()
  const { endToEnd = false } = flags
  const progress = (layer: number, of: number, name: string): void => line.show(`${layer + 1} of ${of} ${name}`)
  const limits = limitsOf(flags)
  const starts = (targets.length > 0 ? targets : ['optimized']).map((name) => () => contenderNamed(name, limits))
  const runner = await remoteRunner(flags.through, limits)
  try {
    return await withContenders(starts, (contenders) =>
      auditModel(bytes, model, feeds, runner, { contenders, endToEnd, progress }),
    )
  } finally {
    line.clear()
    runner.close()
  }
}

function fileOf(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(
      `--onnx ${path}: it cannot be read (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}

/** What is wrong with a model is said with its name. */
async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${path}: ${error.message}`)
    throw error
  }
}

/** "height=48" */
function dimsOf(texts: readonly string[]): Map<string, number> {
  return new Map(
    texts.map((text) => {
      const at = text.lastIndexOf('=')
      const extent = Number(text.slice(at + 1))
      if (at < 1 || !Number.isSafeInteger(extent) || extent < 1)
        throw new UsageError(`--dim ${text}: write it as name=4, a whole number of at least 1`)
      return [text.slice(0, at), extent]
    }),
  )
}
