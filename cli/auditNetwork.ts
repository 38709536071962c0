/** `cnn-oracle audit [target…] --model upscaler`: a published network, each layer held against the textbook, and its pictures. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Limits } from '../audit/isolate.ts'
import { auditLayers, type NetworkReport } from '../audit/layersModel/auditLayers.ts'
import { layersContender } from '../audit/layersModel/contender.ts'
import { difference, middle, readPicture, writePicture } from '../audit/layersModel/picture.ts'
import { type PublishedNetwork, publishedNetwork } from '../audit/layersModel/published.ts'
import { firstDeviation, networkDocument, networkText, type PictureLine } from '../audit/layersModel/report.ts'
import type { Contender } from '../audit/onnxModel/contender.ts'
import { remoteLayers } from '../audit/remote.ts'
import { installCommand } from '../audit/target/index.ts'
import { shapeText, type Tensor } from '../reference/tensor.ts'
import { contenderNamed, limitsOf, missingOf, refuseMissing, withContenders } from './contenders.ts'
import { exitCode, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'
import { tryFile, writing } from './writing.ts'

export interface AuditNetworkFlags {
  readonly image?: string
  readonly crop: number
  readonly pictures: string
  readonly timeLimit: number
  readonly memoryLimit: number
  readonly json?: boolean
}

/** The targets that run networks of this format themselves; others are asked for the operators of the contract. */
const backends: Readonly<Record<string, 'cpu' | 'wasm'>> = { 'tfjs-cpu': 'cpu', 'tfjs-wasm': 'wasm' }

/** How often progress is said where no line is redrawn. */
const SAID_MS = 5_000

export async function auditNetwork(
  name: string,
  targets: readonly string[],
  flags: AuditNetworkFlags,
): Promise<number> {
  const network = publishedNetwork(name)
  const { x, image } = fed(network, flags)
  writing('--pictures', flags.pictures, () => {
    mkdirSync(flags.pictures, { recursive: true })
    tryFile(join(flags.pictures, 'input.png'))
  })
  const { model } = network
  const starts = (targets.length > 0 ? targets : usual()).map((name) => () => started(name, network, limitsOf(flags)))
  const report = await withContenders(starts, (contenders) =>
    auditLayers(
      model,
      new Map([[model.inputs[0]!.name, x]]),
      contenders,
      told(`${name}: ${shapeText(x.shape)}, ${model.nodes.length} layers`),
    ),
  )
  const pictures = drawn(flags.pictures, x, report)
  const { package: from, version } = network
  const run = { model: name, package: from, version, input: x.shape, image, pictures }
  const text = flags.json ? JSON.stringify(networkDocument(run, report), null, 2) : networkText(run, report)
  process.stdout.write(`${text}\n`)
  return report.ends.some((_, c) => firstDeviation(report, c)) ? exitCode.findings : exitCode.holds
}

/** `optimized`, and the backends of TensorFlow.js where they are installed. */
function usual(): string[] {
  const { log } = progressLine()
  return ['optimized', ...Object.keys(backends)].filter((name) => {
    const missing = missingOf(name)
    if (missing.length > 0) log(`${name} is left out, it is not installed: ${installCommand(missing)}`)
    return missing.length === 0
  })
}

/** In a process of its own. */
async function started(name: string, { model, files }: PublishedNetwork, limits: Limits): Promise<Contender> {
  const backend = Object.hasOwn(backends, name) ? backends[name] : undefined
  if (backend === undefined) return contenderNamed(name, limits)
  refuseMissing(name)
  const runner = await remoteLayers(backend, files, limits)
  return { ...layersContender(name, model, runner), close: () => runner.close() }
}

function fed(
  { sample, package: from }: PublishedNetwork,
  { image, crop }: AuditNetworkFlags,
): { x: Tensor; image: string } {
  const whole = image === undefined ? readPicture(sample) : pictureOf(image)
  const x = middle(whole, crop)
  const part = x.data.length < whole.data.length ? `the middle of ${image ?? `the sample of ${from}`}` : undefined
  return { x, image: part ?? image ?? `the sample of ${from}` }
}

function pictureOf(path: string): Tensor {
  try {
    return readPicture(readFileSync(path))
  } catch (error) {
    throw new UsageError(`--image ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function told(about: string): (layer: number, of: number, name: string) => void {
  const line = progressLine()
  line.log(about)
  let last = Date.now()
  return (layer, of, name) => {
    const text = `layer ${layer + 1} of ${of} ${name}`
    line.show(text)
    if (process.stderr.isTTY || Date.now() - last < SAID_MS) return
    last = Date.now()
    line.log(text)
  }
}

/** One PNG for the input, the textbook and each contender, and what each is away from the textbook. */
function drawn(folder: string, x: Tensor, { textbook, ends }: NetworkReport): PictureLine[] {
  const write = (name: string, picture: Parameters<typeof writePicture>[0]): string => {
    const file = join(folder, `${name.replace(/[^\w.-]+/g, '-')}.png`)
    writing('--pictures', file, () => writeFileSync(file, writePicture(picture)))
    return file
  }
  const lines: PictureLine[] = [
    { contender: 'input', file: write('input', x) },
    { contender: 'textbook', file: write('textbook', textbook) },
  ]
  for (const { name, output } of ends) {
    if (output?.shape.join() !== textbook.shape.join()) continue
    const { picture, ...facts } = difference(output, textbook)
    const file = write(name, output)
    lines.push({ contender: name, file, difference: { ...facts, file: write(`${name}-difference`, picture) } })
  }
  return lines
}
