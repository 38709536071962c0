/** ONNX's multidirectional broadcasting: axes are aligned at the end, an extent of 1 is repeated. */
import { shapeText, sizeOf, type TensorOf } from '../../reference/tensor.ts'
import { Unmapped } from './node.ts'

/** The shape of all together. Throws Unmapped where two extents differ and neither is 1. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape.at(axis - rank) ?? 1)
    const extent = extents.find((e) => e !== 1) ?? 1
    if (extents.some((e) => e !== 1 && e !== extent))
      throw new Unmapped(`shapes ${shapes.map(shapeText).join(' and ')} do not broadcast to one`)
    return extent
  })
}

/** x repeated to a shape that it broadcasts to. */
export function repeated(x: TensorOf<number>, shape: readonly number[]): Float64Array {
  const size = sizeOf(shape)
  if (x.data.length === size) return Float64Array.from(x.data)
  const result = new Float64Array(size)
  const lead = shape.length - x.shape.length
  const position = new Array<number>(shape.length).fill(0)
  for (let i = 0; i < size; i++) {
    let from = 0
    for (const [axis, extent] of x.shape.entries()) from = from * extent + (extent === 1 ? 0 : position[axis + lead]!)
    result[i] = x.data[from]!
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! === shape[axis]; axis--) position[axis] = 0
  }
  return result
}
