/** How far one tensor is from another, of which no verdict speaks: errors that came from layers before. */
import type { TensorOf } from '../../reference/tensor.ts'

/** How far a is from b. Infinite where the shapes differ, or one of two numbers alone is finite. */
export interface Distance {
  /** ‖a − b‖∞ */
  readonly absolute: number
  /** ‖a − b‖∞/‖b‖∞ */
  readonly relative: number
}

export function distance(a: TensorOf<number>, b: TensorOf<number>): Distance {
  if (a.shape.join() !== b.shape.join()) return { absolute: Infinity, relative: Infinity }
  let [absolute, largest] = [0, 0]
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [a.data[i]!, b.data[i]!]
    if (Number.isFinite(y)) largest = Math.max(largest, Math.abs(y))
    if (Object.is(x, y)) continue
    const difference = Math.abs(x - y)
    absolute = Math.max(absolute, Number.isNaN(difference) ? Infinity : difference)
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / largest }
}
