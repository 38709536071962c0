/**
 * Conv, ConvTranspose and the poolings of ONNX as calls of the contract. Layouts agree; a single spatial axis is the second of
 * two, the first of which has one cell. auto_pad and output_shape are worked out to padding on each side.
 *
 * Source: ONNX operator documentation, https://onnx.ai/onnx/operators/.
 */
import type { Padding, Pair } from '../../reference/contract.ts'
import { shapeText, type Tensor } from '../../reference/tensor.ts'
import { missingForward, missingTransposed } from '../target/onnx/padding.ts'
import { listOf, type MappedCall, type NodeCall, numberOf, present, textOf, Unmapped, type Value } from './node.ts'

export function conv(node: NodeCall): readonly MappedCall[] {
  const [x, w, b] = [planar(present(node.inputs, 0)), planar(present(node.inputs, 1)), node.inputs[2]]
  const kernel = pair(listOf(node, 'kernel_shape')) ?? planeOf(w)
  const stride = pair(listOf(node, 'strides')) ?? ONE
  const dilation = pair(listOf(node, 'dilations')) ?? ONE
  const attributes = {
    stride,
    dilation,
    groups: numberOf(node, 'group', 1),
    padding: paddingOf(node, missingForward(planeOf(x), kernel, stride, dilation)),
  }
  return [{ operator: 'conv2d', operands: { x, w, b }, attributes, got: planar(present(node.outputs, 0)) }]
}

/**
 * output_shape, and auto_pad=SAME_…, which stands for P·sh, ask for a size. Padding is what remains of the size there would be
 * without; when that falls short, cells are added behind, as outputPadding.
 */
export function convTranspose(node: NodeCall): readonly MappedCall[] {
  const [x, w, b] = [planar(present(node.inputs, 0)), planar(present(node.inputs, 1)), node.inputs[2]]
  const kernel = pair(listOf(node, 'kernel_shape')) ?? planeOf(w)
  const stride = pair(listOf(node, 'strides')) ?? ONE
  const dilation = pair(listOf(node, 'dilations')) ?? ONE
  const added = pair(listOf(node, 'output_padding'), 0) ?? [0, 0]
  const common = { stride, dilation, groups: numberOf(node, 'group', 1) }
  const operands = { x, w, b }
  const got = planar(present(node.outputs, 0))
  const wanted = pair(listOf(node, 'output_shape'))
  const way = textOf(node, 'auto_pad', 'NOTSET')
  if (!wanted && !way.startsWith('SAME')) {
    const attributes = { ...common, padding: explicit(node), outputPadding: added }
    return [{ operator: 'convTranspose2d', operands, attributes, got }]
  }
  const excess = missingTransposed(kernel, stride, dilation, added)
  const total = ([0, 1] as const).map((i) => excess[i] + (wanted ? planeOf(x)[i] * stride[i] - wanted[i] : 0))
  const [h, v] = [total[0]!, total[1]!]
  const outputPadding = [added[0] + Math.max(0, -h), added[1] + Math.max(0, -v)] as const
  const attributes = { ...common, padding: split(Math.max(0, h), Math.max(0, v), way), outputPadding }
  return [{ operator: 'convTranspose2d', operands, attributes, got }]
}

/** The second output of MaxPool, where the maxima stand, has no operator in the contract. */
export function maxPool(node: NodeCall): readonly MappedCall[] {
  const x = planar(present(node.inputs, 0))
  const attributes = { ...poolAttributes(node, x), dilation: pair(listOf(node, 'dilations')) ?? ONE }
  return [{ operator: 'maxPool2d', operands: { x }, attributes, got: planar(present(node.outputs, 0)) }]
}

export function averagePool(node: NodeCall): readonly MappedCall[] {
  const x = planar(present(node.inputs, 0))
  const countIncludePad = numberOf(node, 'count_include_pad', 0) === 1
  const attributes = { ...poolAttributes(node, x), countIncludePad }
  return [{ operator: 'averagePool2d', operands: { x }, attributes, got: planar(present(node.outputs, 0)) }]
}

/** GlobalMaxPool, GlobalAveragePool: the window is the image. */
export function globalPool(operator: 'maxPool2d' | 'averagePool2d', node: NodeCall): readonly MappedCall[] {
  const x = planar(present(node.inputs, 0))
  const whole = { kernel: planeOf(x), stride: ONE, padding: NONE, ceilMode: false }
  const rest = operator === 'maxPool2d' ? { dilation: ONE } : { countIncludePad: false }
  return [{ operator, operands: { x }, attributes: { ...whole, ...rest }, got: planar(present(node.outputs, 0)) }]
}

const ONE: Pair = [1, 1]
const NONE: Padding = [0, 0, 0, 0]

function poolAttributes(node: NodeCall, x: Tensor) {
  const kernel = pair(listOf(node, 'kernel_shape'))
  if (!kernel) throw new Unmapped('a pooling needs kernel_shape')
  const stride = pair(listOf(node, 'strides')) ?? ONE
  const dilation = pair(listOf(node, 'dilations')) ?? ONE
  const padding = paddingOf(node, missingForward(planeOf(x), kernel, stride, dilation))
  return { kernel, stride, padding, ceilMode: numberOf(node, 'ceil_mode', 0) === 1 }
}

/** What auto_pad makes of the cells that are missing on each axis, or pads as it is. */
function paddingOf(node: NodeCall, [h, w]: Pair): Padding {
  const way = textOf(node, 'auto_pad', 'NOTSET')
  if (!way.startsWith('SAME')) return explicit(node)
  if (h < 0 || w < 0) throw new Unmapped(`auto_pad=${way} would pad ${shapeText([h, w])} in all, ONNX leaves that open`)
  return split(h, w, way)
}

/** pads; none where it is left out, as with auto_pad=VALID. */
function explicit(node: NodeCall): Padding {
  const pads = listOf(node, 'pads')
  if (!pads) return NONE
  if (pads.length === 2) return [0, pads[0]!, 0, pads[1]!]
  if (pads.length !== 4) throw new Unmapped(`pads ${shapeText(pads)} has ${pads.length / 2} spatial axes`)
  return [pads[0]!, pads[1]!, pads[2]!, pads[3]!]
}

/** The odd cell goes behind with SAME_UPPER, and before otherwise. */
function split(h: number, w: number, way: string): Padding {
  const [t, l] = way === 'SAME_UPPER' ? [Math.floor(h / 2), Math.floor(w / 2)] : [Math.ceil(h / 2), Math.ceil(w / 2)]
  return [t, l, h - t, w - l]
}

const planeOf = ({ shape }: Tensor): Pair => [shape[2]!, shape[3]!]

/** (N,C,W) as (N,C,1,W); the plane as it is. Throws Unmapped for more axes, and for integers. */
function planar({ was, ...tensor }: Value): Tensor {
  if (was !== undefined) throw new Unmapped(`${was} is no type of the contract`)
  const [N, C, ...spatial] = tensor.shape
  if (spatial.length === 2) return tensor
  if (spatial.length !== 1) throw new Unmapped(`${spatial.length} spatial axes; the contract has two`)
  return { shape: [N!, C!, 1, spatial[0]!], data: tensor.data }
}

/** An attribute of both axes, of which the first may be left out. */
function pair(list: readonly number[] | undefined, first = 1): Pair | undefined {
  if (list === undefined) return undefined
  if (list.length > 2) throw new Unmapped(`${list.length} spatial axes; the contract has two`)
  return list.length === 1 ? [first, list[0]!] : [list[0]!, list[1]!]
}
