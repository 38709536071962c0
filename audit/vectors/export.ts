/** Writes vectors into a folder: the manifest, README.txt, and a folder a vector (audit/VECTORS.md). */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Expectation, expectation } from '../../properties/bound.ts'
import { type Call, instantiate } from '../../properties/case.ts'
import { printCase } from '../../properties/descriptor.ts'
import type { OperatorName, Precision } from '../../reference/contract.ts'
import { convert, type Tensor } from '../../reference/tensor.ts'
import { candidatesFor } from '../diagnosis/hypotheses.ts'
import { toWire } from '../pipe/wire.ts'
import { tool } from '../report/environment.ts'
import { chooseVectors, type Vector } from './choose.ts'
import { digestOf, type Manifest, type ManifestVector, SCHEMA_VERSION, type VectorFormat } from './manifest.ts'
import { Unreadable } from './npy.ts'
import { writeNpz } from './npz.ts'
import { onnxTest } from './onnxTest.ts'
import { readmeText } from './readme.ts'

export interface ExportOptions {
  readonly operators: readonly OperatorName[]
  readonly precision: Precision
  readonly seed: number
  readonly formats: readonly VectorFormat[]
  /** Told before each operator. */
  readonly progress?: (operator: OperatorName, done: number) => void
}

/** Throws Unreadable where the folder holds something: somebody's outputs may be among it. */
export function exportVectors(folder: string, options: ExportOptions): Manifest {
  refuseUsed(folder)
  const { precision, seed, formats } = options
  const operators: Manifest['operators'] = []
  const vectors: ManifestVector[] = []
  const mistakes: Record<string, string> = {}
  for (const [done, operator] of options.operators.entries()) {
    options.progress?.(operator, done)
    const chosen = chooseVectors(operator, precision, seed)
    operators.push({ operator, mistakes: chosen.mistakes, searched: chosen.searched, alive: [...chosen.alive] })
    for (const { hypotheses } of candidatesFor(operator, precision))
      for (const { name, sentence } of hypotheses) mistakes[name] = sentence
    for (const [i, vector] of chosen.vectors.entries()) {
      const name = `${operator}-${String(i + 1).padStart(2, '0')}`
      vectors.push(writeVector(join(folder, name), name, vector, options))
    }
  }
  const manifest: Manifest = {
    schemaVersion: SCHEMA_VERSION,
    tool: tool(),
    seed,
    precision,
    formats: [...formats],
    operators,
    vectors,
    mistakes,
  }
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(folder, 'README.txt'), readmeText(manifest))
  return manifest
}

function refuseUsed(folder: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw new Unreadable(`${folder} is a file; name a folder`)
  const [first] = readdirSync(folder)
  if (first !== undefined)
    throw new Unreadable(
      `${folder} is not empty (it holds ${first}); name a new folder, so that no outputs are overwritten`,
    )
}

function writeVector(
  folder: string,
  name: string,
  vector: Vector,
  { precision, formats }: ExportOptions,
): ManifestVector {
  const call = instantiate(vector.case, precision)
  const expected = expectation(call.row, call.operands, call.attributes, precision)
  mkdirSync(folder, { recursive: true })
  const numbers = numbersOf(expected)
  const entry: ManifestVector = {
    name,
    operator: call.operator,
    case: printCase(vector.case),
    attributes: { ...call.attributes },
    shapes: shapesOf(call, expected),
    digest: digestOf(call),
    hunts: [...vector.hunts],
    kills: [...vector.kills],
    conventions: [...vector.conventions],
    onnx: formats.includes('onnx') ? onnxTest(folder, call, expected) : 'not asked for',
  }
  if (formats.includes('npz')) writeFileSync(join(folder, 'vector.npz'), writeNpz({ ...call.operands, ...numbers }))
  if (formats.includes('json')) {
    const operands = Object.entries(call.operands).flatMap(([key, t]) => (t ? [[key, toWire(t)]] : []))
    const result = Object.entries(numbers).map(([key, t]) => [key, toWire(t)])
    const { onnx: _, ...common } = entry
    const document = { schemaVersion: SCHEMA_VERSION, precision, ...common }
    const text = JSON.stringify({ ...document, operands: Object.fromEntries(operands), ...Object.fromEntries(result) })
    writeFileSync(join(folder, 'vector.json'), `${text}\n`)
  }
  return entry
}

/** In float64, whatever the vectors are in: the exact value lies between two numbers of the precision. */
function numbersOf(e: Expectation): Record<'expected' | 'bound' | 'typical', Tensor> {
  const of = (data: Float64Array): Tensor => convert({ shape: e.shape, data }, 'float64')
  return { expected: of(e.value), bound: of(e.bound), typical: of(e.typical) }
}

function shapesOf({ operands }: Call, e: Expectation): Record<string, number[]> {
  const shapes: Record<string, number[]> = {}
  for (const [name, operand] of Object.entries(operands)) if (operand) shapes[name] = [...operand.shape]
  return { ...shapes, result: [...e.shape] }
}
