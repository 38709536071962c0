/** Sizes and attributes read with an error that names what is missing. */
import { ShapeError } from '../contract.ts'
import type { AttributeBag, Shapes, Sizes } from '../row.ts'

export function size(sizes: Sizes, letter: string): number {
  const extent = sizes[letter]
  if (extent === undefined) throw new ShapeError(`size ${letter} is missing; add ${letter}<number> to the descriptor`)
  return extent
}

export function shape(operands: Shapes, name: string): readonly number[] {
  const found = operands[name]
  if (found === undefined) throw new ShapeError(`operand ${name} is missing`)
  return found
}

export function attribute<K extends keyof AttributeBag>(a: AttributeBag, name: K): NonNullable<AttributeBag[K]> {
  const value = a[name]
  if (value === undefined || value === null)
    throw new ShapeError(`attribute ${name} is missing; attributes always arrive complete`)
  return value
}
