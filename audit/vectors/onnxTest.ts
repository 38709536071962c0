/**
 * A vector in the layout of ONNX's own tests, which runtimes have runners for:
 *
 *   model.onnx   test_data_set_0/input_0.pb input_1.pb …   test_data_set_0/output_0.pb
 *
 * Source: https://github.com/onnx/onnx/blob/main/docs/OnnxBackendTest.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Expectation } from '../../properties/bound.ts'
import type { Call } from '../../properties/case.ts'
import { Unsupported } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { oneNodeModel } from '../target/onnx/model.ts'
import { type NodeForm, nodeForm, type Way } from '../target/onnx/operators.ts'
import { writeTensorProto } from '../target/onnx/tensorProto.ts'

/** Operator set 13 is the newest that runtimes of the last years all have; nothing here needs a later one. */
const WAY: Omit<Way, 'precision'> = { suffix: '', opset: 13, padding: 'pads', weights: 'fed', operators: [] }

/** What operator set 13 came with: readers refuse files of a later version than their own. */
const IR_VERSION = 7

/** Writes the test; true, or why ONNX cannot say the vector. */
export function onnxTest(folder: string, call: Call, e: Expectation): true | string {
  const node = formOf(call, e)
  if (typeof node === 'string') return node
  const operands = Object.entries({ x: node.x, ...node.weights }).flatMap(([name, value]) =>
    value ? [{ name, value }] : [],
  )
  const { precision } = e
  const model = oneNodeModel({
    opType: node.opType,
    inputs: operands.map(({ name, value }) => ({ name, precision, shape: value.shape })),
    outputs: [{ name: 'y', precision, shape: e.shape }],
    attributes: node.attributes,
    opset: WAY.opset,
    irVersion: IR_VERSION,
  })
  const data = join(folder, 'test_data_set_0')
  mkdirSync(data, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model)
  for (const [i, { name, value }] of operands.entries())
    writeFileSync(join(data, `input_${i}.pb`), writeTensorProto(name, value))
  writeFileSync(join(data, 'output_0.pb'), writeTensorProto('y', tensor(e.shape, e.value, precision)))
  return true
}

function formOf({ operator, operands, attributes }: Call, { precision }: Expectation): NodeForm | string {
  try {
    return nodeForm({ ...WAY, precision }, operator, operands, attributes) ?? `ONNX has no operator for ${operator}`
  } catch (error) {
    if (error instanceof Unsupported) return error.message
    throw error
  }
}
