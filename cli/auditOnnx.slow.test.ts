import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Graph, graphModel } from '../audit/target/onnx/model.ts'
import { writeNpy } from '../audit/vectors/npy.ts'
import { tensor } from '../reference/tensor.ts'

const folder = mkdtempSync(join(tmpdir(), 'audit-onnx-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cli = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'audit', ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  })

function model(name: string, nodes: Graph['nodes']): string {
  const path = join(folder, name)
  const value = { name: 'x', precision: 'float32' as const, shape: [1, 1, 6, 6] }
  const outputs = [{ name: 'y', precision: 'float32' as const }]
  writeFileSync(path, graphModel({ name, opset: 13, inputs: [value], outputs, nodes }))
  return path
}

const right = model('right.onnx', [
  { opType: 'Relu', inputs: ['x'], outputs: ['r'] },
  { opType: 'MaxPool', inputs: ['r'], outputs: ['y'], attributes: { kernel_shape: [2, 2] } },
])
/** SAME_UPPER pads 4 cells on each axis for a kernel of 3 dilated by 2; ONNX Runtime pads 2 (audit/findings.md). */
const deviating = model('deviating.onnx', [
  { opType: 'Relu', inputs: ['x'], outputs: ['r'] },
  {
    opType: 'MaxPool',
    name: 'the pooling',
    inputs: ['r'],
    outputs: ['y'],
    attributes: { kernel_shape: [3, 3], dilations: [2, 2], auto_pad: 'SAME_UPPER' },
  },
])
const unknown = model('unknown.onnx', [{ opType: 'Elu', inputs: ['x'], outputs: ['y'] }])
const input = join(folder, 'x.npy')
writeFileSync(
  input,
  writeNpy(
    tensor(
      [1, 1, 6, 6],
      Array.from({ length: 36 }, (_, i) => i % 7),
      'float32',
    ),
  ),
)

describe('audit --onnx', () => {
  it('a model that holds: a row an operator, exit code 0, through either runtime', () => {
    for (const through of ['onnxruntime-node', 'onnxruntime-web']) {
      const { stdout, stderr, status } = cli('--onnx', right, '--through', through, '--input', input, '--end-to-end')
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('cnn-oracle:')])
      expect(stdout).toMatch(/^MaxPool +1 +1 .*textbook$/m)
      expect(stdout).toContain('2 of 2 layers judged')
    }
  }, 60_000)

  it('a layer that deviates is named, exit code 1; --json has the same', () => {
    const { stdout, status } = cli('--onnx', deviating)
    expect(status).toBe(1)
    expect(stdout).toMatch(/first layer that deviates: the pooling \(MaxPool\) \(1,1,6,6\) → /)
    expect(stdout).toContain("cnn-oracle replay 'maxPool2d n1c1h6w6 k3 pd2 dl2 x=")
    const json = cli('--onnx', deviating, '--json')
    expect(json.status).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, firstDeviation: 'the pooling', opset: 13 })
  }, 60_000)

  it('a model of which no layer can be judged is inconclusive: exit code 3', () => {
    const { stdout, status } = cli('--onnx', unknown)
    expect(status).toBe(3)
    expect(stdout).toContain('not judged nothing here computes Elu: Elu#0')
  }, 60_000)

  it('what ends the process of the runtime is a finding, exit code 1, and not the end of the audit', () => {
    const { stdout, stderr, status } = cli('--onnx', right, '--memory-limit', '80')
    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toMatch(/crash of onnxruntime-node: \d+ MB of memory are more than --memory-limit 80 allows/)
  }, 60_000)

  it('other targets are held on the same inputs; the one that is wrong is named with its layer, exit code 1', () => {
    const faulty = join(folder, 'faulty.mjs')
    writeFileSync(
      faulty,
      `const relu = ({ x }) => ({ shape: x.shape, data: x.data.map((v) => Math.abs(v)) })
      export default { name: 'faulty', precision: 'float32', operators: { relu } }`,
    )
    const { stdout, status } = cli('optimized', faulty, '--onnx', right, '--input', input, '--seed', '3')
    expect(stdout).toMatch(/optimized .* on the same inputs: 2 of 2 layers offered and judged, none deviates/)
    expect(status).toBe(0)
    const drawn = cli('optimized', faulty, '--onnx', right)
    expect(drawn.status).toBe(1)
    expect(drawn.stdout).toContain('on the same inputs: 1 of 2 layers offered and judged, 1 deviates')
    expect(drawn.stdout).toContain('first layer that deviates: Relu#0 (Relu): relu: element [')
  }, 60_000)

  const cut = join(folder, 'cut.onnx')
  writeFileSync(cut, 'no model')
  it.each([
    [['--onnx', cut], 'it is no ONNX model, or is cut off'],
    [['--onnx', join(folder, 'none.onnx')], 'ENOENT'],
    [['--onnx', right, '--through', 'tfjs'], 'there are onnxruntime-node, onnxruntime-web'],
    [['--onnx', right, '--dim', 'n'], 'write it as name=4'],
    [['--onnx', right, '--dim', 'n=4'], 'the model leaves open no size'],
    [['--onnx', right, '--input', cut], 'it is no TensorProto'],
    [['tfjs', '--onnx', right], 'did you mean tfjs-cpu'],
  ])(
    '%j ends in one line with the mend, exit code 2',
    (args, said) => {
      const { stdout, stderr, status } = cli(...args)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^cnn-oracle: [^\n]+\n$/)
      expect(stderr).toContain(said)
    },
    30_000,
  )
})
