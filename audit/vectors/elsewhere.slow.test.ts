/** Vectors as others use them: NumPy that reads vector.npz and writes output.npy, and ONNX Runtime that runs model.onnx. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperatorName } from '../../reference/contract.ts'
import { readTensorProto, type Value, writeTensorProto } from '../target/onnx/tensorProto.ts'
import { modelRunners } from '../target/onnx/wholeModel.ts'
import { pythonWith, titled } from '../witness/python.ts'
import { exportVectors } from './export.ts'
import { judgeFolder } from './judgeOutputs.ts'
import type { Manifest } from './manifest.ts'

const root = mkdtempSync(join(tmpdir(), 'elsewhere-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const statusesOf = (folder: string) => {
  const count: Record<string, number> = {}
  for (const { vectors } of judgeFolder(folder).operators)
    for (const { status } of vectors) count[status] = (count[status] ?? 0) + 1
  return count
}

/** argv: the folder, and whether the bias is forgotten. Everything else is what README.txt of the folder says. */
const PROGRAM = `
import json, os, sys
import numpy
folder, forgets = sys.argv[1], sys.argv[2] == "forgets"
def dense(a):
    y = a["x"] @ a["w"].T
    return y + a["b"] if "b" in a and not forgets else y
formulas = {
    "dense": dense,
    "denseBiasGradient": lambda a: a["dy"].sum(axis=0, dtype=numpy.float32),
    "relu": lambda a: numpy.maximum(a["x"], numpy.float32(0)),
    "quadraticCost": lambda a: numpy.float32(0.5) * numpy.square(a["t"] - a["y"]).sum(dtype=numpy.float32),
}
for vector in json.load(open(os.path.join(folder, "manifest.json")))["vectors"]:
    at = os.path.join(folder, vector["name"])
    y = formulas[vector["operator"]](numpy.load(os.path.join(at, "vector.npz")))
    numpy.save(os.path.join(at, "output.npy"), y)
`

const python = pythonWith(['numpy'])
describe.skipIf(python.skip)(titled('NumPy', python), () => {
  const folder = join(root, 'numpy')
  let manifest: Manifest
  beforeAll(() => {
    const names = ['dense', 'denseBiasGradient', 'relu', 'quadraticCost'] as const
    manifest = exportVectors(folder, { operators: names, precision: 'float32', seed: 1, formats: ['npz'] })
  })
  const run = (way: string) => execFileSync(python.command, ['-B', '-c', PROGRAM, folder, way])

  it('holds on every vector', () => {
    run('right')
    expect(statusesOf(folder)).toEqual({ held: manifest.vectors.length })
  })

  it('that forgets the bias is told so', () => {
    run('forgets')
    const causes = judgeFolder(folder).operators.flatMap(({ operator, causes }) =>
      causes.map(({ name }) => `${operator}: ${name}`),
    )
    expect(causes).toContain('dense: bias forgotten')
    expect(causes.every((cause) => cause.startsWith('dense:'))).toBe(true)
  })
})

const inOnnx: readonly OperatorName[] = [
  'conv2d',
  'convTranspose2d',
  'maxPool2d',
  'averagePool2d',
  'dense',
  'relu',
  'sigmoid',
  'tanh',
  'softmax',
]

/** What the runtime documents that it does not do. */
const REFUSED = 'Pad should be smaller than kernel'

describe.each(['onnxruntime-node'])('%s', (name) => {
  it('runs every model.onnx of every operator that ONNX has, and is right', async () => {
    const folder = join(root, name)
    const { vectors } = exportVectors(folder, { operators: inOnnx, precision: 'float32', seed: 1, formats: ['onnx'] })
    const runner = await modelRunners[name]!()
    let ran = 0
    for (const vector of vectors) {
      const at = join(folder, vector.name)
      if (!existsSync(join(at, 'model.onnx'))) continue
      const data = join(at, 'test_data_set_0')
      const feeds = new Map<string, Value>()
      for (const file of readdirSync(data).filter((f) => f.startsWith('input_'))) {
        const { name: input, value } = readTensorProto(readFileSync(join(data, file)))
        feeds.set(input, value)
      }
      try {
        const y = (await runner.run(readFileSync(join(at, 'model.onnx')), feeds)).get('y')
        writeFileSync(join(at, 'output_0.pb'), writeTensorProto('y', y!))
      } catch (error) {
        if (!(error instanceof Error && error.message.includes(REFUSED))) throw error
        writeFileSync(join(at, 'output.json'), JSON.stringify({ unsupported: REFUSED }))
      }
      ran++
    }
    const { held = 0, convention = 0, unsupported = 0, missing = 0, ...rest } = statusesOf(folder)
    console.info(
      `${name}: ${held} of ${ran} vectors held, ${convention} differ by convention, ${unsupported} are refused, ${missing} are none in ONNX`,
    )
    expect(rest).toEqual({})
    expect(held + convention + unsupported).toBe(ran)
    expect(held).toBeGreaterThan(20)
  }, 300_000)
})
