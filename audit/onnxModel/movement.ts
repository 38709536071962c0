/**
 * ONNX's operators that only move numbers, or count them: what comes out is known to the bit. Attributes became inputs in
 * operator sets 10 (Slice), 11 (Pad) and 13 (Squeeze, Unsqueeze); both forms are read.
 * Source: ONNX operator documentation, https://onnx.ai/onnx/operators/.
 */
import { flatOf, positionOf, shapeText, sizeOf } from '../../reference/tensor.ts'
import { permute } from '../target/layout.ts'
import { ELEMENT } from '../target/onnx/schema.ts'
import { listOf, type NodeCall, numberOf, present, textOf, Unmapped, type Value } from './node.ts'

const movements: Readonly<Record<string, (node: NodeCall, x: Value) => Value>> = {
  Identity: (_, x) => x,
  // At inference nothing is dropped.
  Dropout: (node, x) => {
    if (node.inputs[2]?.data[0] === 1) throw new Unmapped('Dropout in training mode is random; export for inference')
    return x
  },
  Cast: cast,
  Shape: (node, { shape }) => {
    const part = shape.slice(numberOf(node, 'start', 0), numberOf(node, 'end', shape.length))
    return { shape: [part.length], data: Float64Array.from(part), was: 'int64' }
  },
  Flatten: (node, x) => {
    const axis = axisOf(numberOf(node, 'axis', 1), x.shape.length)
    return { ...x, shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] }
  },
  Reshape: reshape,
  Transpose: (node, x) => {
    const axes = listOf(node, 'perm') ?? [...x.shape.keys()].reverse()
    return { ...x, ...permute(x, axes) }
  },
  Squeeze: (node, x) => {
    const axes = axesOf(node, x.shape.length)
    return { ...x, shape: x.shape.filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1)) }
  },
  Unsqueeze: (node, x) => {
    const count = (node.inputs[1]?.data ?? listOf(node, 'axes') ?? []).length
    const axes = axesOf(node, x.shape.length + count) ?? []
    const rest = [...x.shape]
    const shape = Array.from({ length: x.shape.length + count }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!))
    return { ...x, shape }
  },
  Concat: concat,
  Slice: slice,
  Pad: pad,
  Upsample: upsample,
}

export const isMovement = (opType: string): boolean => Object.hasOwn(movements, opType)

/** What must come out. Throws Unmapped. */
export function moved(node: NodeCall): Value {
  const movement = isMovement(node.opType) ? movements[node.opType] : undefined
  if (!movement) throw new Unmapped(`${node.opType} does more than move numbers`)
  return movement(node, present(node.inputs, 0))
}

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** Axes as an input or as an attribute. */
function axesOf(node: NodeCall, rank: number): number[] | undefined {
  const axes = node.inputs[1]?.data ?? listOf(node, 'axes')
  return axes && Array.from(axes, (axis) => axisOf(axis, rank))
}

/** The same numbers in their array type, at positions of x that are computed; undefined is `fill`. */
function gathered(
  x: Value,
  shape: readonly number[],
  from: (position: number[]) => number | undefined,
  fill = 0,
): Value {
  const data = x.data instanceof Float32Array ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) {
    const at = from(positionOf(shape, i))
    data[i] = at === undefined ? fill : x.data[at]!
  }
  return { ...x, shape, data }
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  int64: [-(2 ** 53), 2 ** 53],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int8: [-128, 127],
  uint8: [0, 255],
}

function cast(node: NodeCall, { shape, data }: Value): Value {
  const to = numberOf(node, 'to', 0)
  const name = Object.entries(ELEMENT).find(([, code]) => code === to)?.[0]
  if (name === 'float32') return { shape, data: Float32Array.from(data) }
  if (name === 'float64') return { shape, data: Float64Array.from(data) }
  if (name === 'bool') return { shape, data: Float64Array.from(data, (v) => (v === 0 ? 0 : 1)), was: name }
  const range = name === undefined ? undefined : ranges[name]
  if (name === undefined || !range) throw new Unmapped(`Cast to ONNX's element type ${to} is not computed`)
  const whole = Float64Array.from(data, (v) => Math.trunc(v) + 0)
  if (!whole.every((v) => v >= range[0] && v <= range[1]))
    throw new Unmapped(`a number beyond ${name} is cast to it; ONNX leaves open what comes out`)
  return { shape, data: whole, was: name }
}

/** 0 keeps the extent of x, unless allowzero says otherwise; −1 takes what is left. */
function reshape(node: NodeCall, x: Value): Value {
  const asked = node.inputs[1]?.data ?? listOf(node, 'shape') ?? []
  const keeps = numberOf(node, 'allowzero', 0) === 0
  const shape = Array.from(asked, (extent, axis) => (extent === 0 && keeps ? (x.shape[axis] ?? 0) : extent))
  const known = shape.filter((extent) => extent !== -1).reduce((size, extent) => size * extent, 1)
  const whole = shape.map((extent) => (extent === -1 ? x.data.length / known : extent))
  if (sizeOf(whole) !== x.data.length || !whole.every(Number.isInteger))
    throw new Unmapped(`Reshape of ${shapeText(x.shape)} to ${shapeText(shape)} does not come out even`)
  return { ...x, shape: whole }
}

function concat(node: NodeCall, first: Value): Value {
  const parts = node.inputs.map((_, i) => present(node.inputs, i))
  const axis = axisOf(numberOf(node, 'axis', 1), first.shape.length)
  const extent = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0)
  const shape = first.shape.map((e, i) => (i === axis ? extent : e))
  const data = first.data instanceof Float32Array ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape))
  const after = sizeOf(shape.slice(axis + 1))
  let at = 0
  for (let before = 0; before < sizeOf(shape.slice(0, axis)); before++) {
    for (const part of parts) {
      const run = part.shape[axis]! * after
      data.set(part.data.subarray(before * run, (before + 1) * run), at)
      at += run
    }
  }
  return { ...first, shape, data }
}

function slice(node: NodeCall, x: Value): Value {
  const list = (i: number, name: string) => node.inputs[i]?.data ?? listOf(node, name)
  const [starts, ends] = [list(1, 'starts'), list(2, 'ends')]
  if (!starts || !ends) throw new Unmapped('Slice without starts and ends')
  const axes = list(3, 'axes') ?? [...starts.keys()]
  const shape = [...x.shape]
  const first = x.shape.map(() => 0)
  const steps = x.shape.map(() => 1)
  for (const [i, given] of Array.from(axes).entries()) {
    const axis = axisOf(given, x.shape.length)
    const extent = x.shape[axis]!
    const step = node.inputs[4]?.data[i] ?? 1
    const within = (v: number): number => {
      const at = v < 0 ? v + extent : v
      return step > 0 ? Math.min(Math.max(at, 0), extent) : Math.min(Math.max(at, -1), extent - 1)
    }
    first[axis] = within(starts[i]!)
    steps[axis] = step
    shape[axis] = Math.max(0, Math.ceil((within(ends[i]!) - first[axis]!) / step))
  }
  return gathered(x, shape, (position) =>
    flatOf(
      x.shape,
      position.map((p, axis) => first[axis]! + p * steps[axis]!),
    ),
  )
}

/** pads: the cells before each axis, then those behind; below 0 they cut. */
function pad(node: NodeCall, x: Value): Value {
  const mode = textOf(node, 'mode', 'constant')
  if (mode !== 'constant') throw new Unmapped(`Pad with mode=${mode} is not computed`)
  const pads = node.inputs[1]?.data ?? listOf(node, 'pads') ?? []
  const rank = x.shape.length
  if (pads.length !== 2 * rank || node.inputs[3]) throw new Unmapped('Pad of some axes alone is not computed')
  const fill = node.inputs[2]?.data[0] ?? numberOf(node, 'value', 0)
  const shape = x.shape.map((extent, axis) => extent + pads[axis]! + pads[axis + rank]!)
  return gathered(
    x,
    shape,
    (position) => {
      const at = position.map((p, axis) => p - pads[axis]!)
      return at.every((p, axis) => p >= 0 && p < x.shape[axis]!) ? flatOf(x.shape, at) : undefined
    },
    fill,
  )
}

/** Operator sets 7 and 9, by whole factors, where the nearest element is beyond doubt: y[…,p,…] = x[…,⌊p/scale⌋,…]. */
function upsample(node: NodeCall, x: Value): Value {
  const mode = textOf(node, 'mode', 'nearest')
  if (mode !== 'nearest') throw new Unmapped(`Upsample with mode=${mode} does more than move numbers`)
  const scales = Array.from(node.inputs[1]?.data ?? listOf(node, 'scales') ?? [])
  if (scales.length !== x.shape.length || !scales.every((scale) => Number.isInteger(scale) && scale >= 1))
    throw new Unmapped(
      `Upsample of ${shapeText(x.shape)} by ${shapeText(scales)}; whole factors, one an axis, are computed`,
    )
  const shape = x.shape.map((extent, axis) => extent * scales[axis]!)
  return gathered(x, shape, (position) => flatOf(x.shape, position.map((p, axis) => Math.floor(p / scales[axis]!)))) // biome-ignore format: one formula
}
