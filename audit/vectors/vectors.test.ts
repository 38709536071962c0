/** Export, outputs put beside the vectors by a program that makes a mistake or makes none, and what judge says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blocked32 } from '../../optimized/index.ts'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation, Tensor } from '../../reference/contract.ts'
import { callOperator } from '../../reference/operators.ts'
import { mistaken, programsOf } from '../diagnosis/mistaken.ts'
import { toWire } from '../pipe/wire.ts'
import { readTensorProto, writeTensorProto } from '../target/onnx/tensorProto.ts'
import { exportVectors } from './export.ts'
import { judgeFolder } from './judgeOutputs.ts'
import type { Manifest } from './manifest.ts'
import { writeNpy } from './npy.ts'
import { readNpz, writeNpz } from './npz.ts'
import { outputFiles } from './outputs.ts'
import { folderDocument, folderText } from './report.ts'

let root = ''
let folder = ''
let manifest: Manifest
const options = { precision: 'float32', seed: 1, formats: ['json', 'npz', 'onnx'] } as const

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vectors-'))
  folder = join(root, 'all')
  manifest = exportVectors(folder, { ...options, operators: ['conv2d', 'denseBiasGradient'] })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  for (const { name } of manifest.vectors)
    for (const file of outputFiles) rmSync(join(folder, name, file), { force: true })
})

/** What an implementation returns for each vector. */
function* outputsOf(implementation: Implementation): Iterable<[folder: string, y: Tensor]> {
  for (const { name, operator, case: descriptor } of manifest.vectors) {
    const { operands, attributes } = instantiate(parseCase(descriptor), 'float32')
    const y = callOperator(implementation, operator, operands, attributes)
    if (y) yield [join(folder, name), y as Tensor]
  }
}

const writers: Readonly<Record<string, (y: Tensor) => Uint8Array | string>> = {
  'output.npy': writeNpy,
  'output.npz': (y) => writeNpz({ arr_0: y }),
  'output.json': (y) => JSON.stringify(toWire(y)),
  'output_0.pb': (y) => writeTensorProto('y', y),
}
const put = (implementation: Implementation, file = 'output.npy'): void => {
  for (const [at, y] of outputsOf(implementation)) writeFileSync(join(at, file), writers[file]!(y))
}
const statuses = () => judgeFolder(folder).operators.flatMap(({ vectors }) => vectors.map(({ status }) => status))

describe('export', () => {
  it('writes operands, expected values and bounds in three formats that agree', () => {
    const vector = manifest.vectors[0]!
    const at = join(folder, vector.name)
    const { operands } = instantiate(parseCase(vector.case), 'float32')
    const arrays = readNpz(readFileSync(join(at, 'vector.npz')))
    const document = JSON.parse(readFileSync(join(at, 'vector.json'), 'utf8'))
    const x = readTensorProto(readFileSync(join(at, 'test_data_set_0/input_0.pb')))
    expect(arrays.get('x')).toEqual(operands.x)
    expect(document.operands.x).toEqual(toWire(operands.x!))
    expect(x).toEqual({ name: 'x', value: operands.x })
    expect(document.bound).toEqual(toWire(arrays.get('bound')!))
    expect(arrays.get('expected')!.shape).toEqual(vector.shapes.result)
    expect(document.hunts).toEqual(vector.hunts)
  })

  it('says where ONNX has no operator', () => {
    const of = (operator: string) => new Set(manifest.vectors.filter((v) => v.operator === operator).map((v) => v.onnx))
    expect([...of('conv2d')]).toEqual([true])
    expect([...of('denseBiasGradient')]).toEqual(['ONNX has no operator for denseBiasGradient'])
  })

  it('refuses a folder that holds something', () => {
    expect(() => exportVectors(folder, { ...options, operators: ['relu'] })).toThrow(/is not empty.*name a new folder/)
  })
})

describe('judge', () => {
  it.each(outputFiles)('correct outputs hold in %s', (file) => {
    put(blocked32, file)
    expect(new Set(statuses())).toEqual(new Set(['held']))
    expect(folderText(judgeFolder(folder))).toContain(`holds: ${manifest.vectors.length} of ${manifest.vectors.length}`)
  })

  it.each(['kernel turned', 'bias forgotten'])(
    'a program with a mistake is wrong, and the mistake named: %s',
    (name) => {
      const [program] = programsOf('conv2d', name)
      put(mistaken('conv2d', program!.mistake))
      const { operators } = judgeFolder(folder, { operators: ['conv2d'] })
      expect(operators[0]!.vectors.some(({ status }) => status === 'wrong')).toBe(true)
      expect(operators[0]!.causes.map((cause) => cause.name)).toContain(name)
      expect(folderText(judgeFolder(folder))).toContain(`looks like: `)
    },
  )

  it('a result that no mistake gives is unexplained', () => {
    put(blocked32)
    const [at, y] = [...outputsOf(blocked32)][0]!
    writeFileSync(join(at, 'output.npy'), writeNpy({ ...y, data: y.data.map((v, i) => (i === 0 ? v + 1000 : v)) }))
    const { operators } = judgeFolder(folder)
    expect(operators[0]!.vectors[0]!.status).toBe('wrong')
    expect(operators[0]!.causes).toEqual([])
    expect(folderText(judgeFolder(folder))).toMatch(/looks like: unexplained, none of \d+ known mistakes/)
  })

  it('what is missing, not offered, of another type or unreadable is told apart', () => {
    const outputs = [...outputsOf(blocked32)]
    expect(() => judgeFolder(folder)).toThrow(/there is no output in .*put one beside each vector/)
    const [[first, y], [second], [third]] = outputs as [[string, Tensor], [string], [string]]
    writeFileSync(join(first, 'output.npy'), writeNpy({ ...y, data: Float64Array.from(y.data) }))
    writeFileSync(join(second, 'output.json'), '{ "unsupported": "no dilation" }')
    writeFileSync(join(third, 'output.npz'), 'PK')
    expect(statuses().slice(0, 4)).toEqual(['wrong', 'unsupported', 'unreadable', 'missing'])
    const text = folderText(judgeFolder(folder))
    expect(text).toContain('data is a Float64Array; float32 needs a Float32Array')
    expect(text).toContain('no dilation')
    expect(text).toMatch(/unreadable conv2d-03 output.npz: it is no .npz archive/)
  })

  it('NaN and ±∞ as strings; a list that is too short, bare NaN and two outputs are refused with the mend', () => {
    const [at] = [...outputsOf(blocked32)][0]!
    const said = (text: string) => {
      writeFileSync(join(at, 'output.json'), text)
      return judgeFolder(folder).operators[0]!.vectors[0]!
    }
    expect(said('{ "shape": [3], "data": [1, "NaN", "-Infinity"] }').message).toMatch(/shape \(3\), expected/)
    expect(said('{ "shape": [3], "data": [1] }').message).toContain('data lists 1; list each')
    expect(said('{ "shape": [1], "data": [NaN] }').message).toContain('write them as strings')
    expect(said('{ "shape": [1] }').message).toContain('"data"')
    writeFileSync(join(at, 'output.npy'), '')
    expect(said('{}').message).toBe('there are both output.npy and output.json; keep one')
  })

  it('a manifest of other operands is refused', () => {
    put(blocked32)
    const path = join(folder, 'manifest.json')
    const text = readFileSync(path, 'utf8')
    try {
      writeFileSync(path, text.replace(manifest.vectors[0]!.digest, 'ab'))
      expect(() => judgeFolder(folder)).toThrow(/conv2d-01: its operands are not those/)
      writeFileSync(path, text.replace('"seed": 1', '"seed": "one"'))
      expect(() => judgeFolder(folder)).toThrow(/manifest.json: seed: /)
      writeFileSync(path, text.slice(1))
      expect(() => judgeFolder(folder)).toThrow(/is no JSON/)
    } finally {
      writeFileSync(path, text)
    }
    expect(() => judgeFolder(root)).toThrow(/holds no manifest.json/)
    expect(() => judgeFolder(folder, { operators: ['relu'] })).toThrow(/has no vectors of relu/)
  })

  it('the document counts as the table does, and keeps what JSON has no number for', () => {
    put(blocked32)
    const [at, y] = [...outputsOf(blocked32)][0]!
    writeFileSync(join(at, 'output.npy'), writeNpy({ ...y, data: y.data.map(() => Number.NaN) }))
    const { operators, vectors } = JSON.parse(JSON.stringify(folderDocument(judgeFolder(folder))))
    expect(operators[0]).toMatchObject({ operator: 'conv2d', verdict: 'wrong', wrong: 1, missing: 0 })
    expect(vectors[0]).toMatchObject({ vector: 'conv2d-01', status: 'wrong', got: 'NaN' })
  })
})
