/**
 * ONNX's node tests as audit/pipe/python/onnx_node_tests.py prints them: a node, its inputs, and the outputs that its
 * authors computed with NumPy or wrote by hand.
 */
import { z } from 'zod'
import { mappedCalls } from '../../onnxModel/mapping.ts'
import { type MappedCall, type NodeCall, Unmapped, type Value } from '../../onnxModel/node.ts'
import { fromWire, wireTensor } from '../../pipe/wire.ts'

const attribute = z.union([z.number(), z.string(), z.array(z.number())])

const line = z.object({
  name: z.string(),
  /** Operator of each node of the model. */
  nodes: z.array(z.string()).min(1),
  attributes: z.record(z.string(), attribute),
  inputs: z.array(wireTensor.extend({ was: z.string().optional() }).nullable()),
  outputs: z.array(wireTensor.extend({ was: z.string().optional() })),
})

export interface NodeTest extends Pick<NodeCall, 'attributes' | 'inputs' | 'outputs'> {
  readonly name: string
  readonly nodes: readonly string[]
}

/** Throws where a line is not of the form above. */
export function parseNodeTest(text: string): NodeTest {
  const { inputs, outputs, ...rest } = line.parse(JSON.parse(text))
  const value = ({ was, ...wire }: z.infer<typeof line>['outputs'][number]): Value => ({ ...fromWire(wire), was })
  return {
    ...rest,
    inputs: inputs.map((input) => (input === null ? undefined : value(input))),
    outputs: outputs.map(value),
  }
}

/** ONNX 1.12, from which the tests are, has operator set 17. */
const OPSET = 17

/** The calls of the contract that a node test comes to. Throws Unmapped. */
export function callsOf({ nodes, ...call }: NodeTest): readonly MappedCall[] {
  const [opType = '', ...rest] = nodes
  if (rest.length > 0) throw new Unmapped('the data of another test, whose node is written out as several')
  return mappedCalls({ ...call, opType, opset: OPSET })
}
