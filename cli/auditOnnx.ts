/** `cnn-oracle audit --onnx model.onnx`: a whole model through an ONNX runtime, each layer held against the textbook. */
import { readFileSync } from 'node:fs'
import { auditModel } from '../audit/onnxModel/auditModel.ts'
import { feedsOf } from '../audit/onnxModel/feeds.ts'
import { ModelError, readModel } from '../audit/onnxModel/read.ts'
import { deviating, modelDocument, modelText, outputsDiffer } from '../audit/onnxModel/report.ts'
import { installCommand } from '../audit/target/index.ts'
import { modelRunners } from '../audit/target/onnx/wholeModel.ts'
import { exitCode, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'

export interface AuditOnnxFlags {
  readonly through: string
  readonly input?: readonly string[]
  readonly dim?: readonly string[]
  readonly endToEnd?: boolean
  readonly seed: number
  readonly json?: boolean
}

export async function auditOnnx(path: string, targets: readonly string[], flags: AuditOnnxFlags): Promise<number> {
  if (targets.length > 0) throw new UsageError(`--onnx runs one model through one runtime; say --through ${targets[0]}`)
  const start = Object.hasOwn(modelRunners, flags.through) ? modelRunners[flags.through] : undefined
  if (!start) throw new UsageError(`--through ${flags.through}: there are ${Object.keys(modelRunners).join(', ')}`)
  const bytes = fileOf(path)
  const report = await named(path, async () => {
    const model = readModel(bytes)
    const feeds = feedsOf(model, { files: flags.input ?? [], dims: dimsOf(flags.dim ?? []), seed: flags.seed })
    const runner = await installed(flags.through, start)
    const line = progressLine()
    const { endToEnd = false } = flags
    const progress = (layer: number, of: number, name: string): void => line.show(`${layer + 1} of ${of} ${name}`)
    const done = await auditModel(bytes, model, feeds, runner, { endToEnd, progress })
    line.clear()
    return done
  })
  process.stdout.write(
    `${flags.json ? JSON.stringify(modelDocument(path, flags.seed, report), null, 2) : modelText(path, flags.seed, report)}\n`,
  )
  if (deviating(report).length > 0 || outputsDiffer(report)) return exitCode.findings
  return report.layers.some(({ verdict }) => verdict) ? exitCode.holds : exitCode.inconclusive
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

async function installed<T>(name: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      throw new UsageError(`${name} is not installed: ${installCommand([name])}`)
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
