/** What a law's calls are given: operands of the case as values, values as operands, and of all attributes the operator's own. */
import type { OperatorName, Precision, Tensor } from '../../reference/contract.ts'
import type { AttributeBag, OperatorRow, Sizes } from '../../reference/operators.ts'
import { tensor } from '../../reference/tensor.ts'
import type { Case } from '../case.ts'
import type { Draw } from '../values.ts'
import { exact, type Value } from './value.ts'

/** Operands by name; an absent bias is undefined. */
export type Values = Readonly<Record<string, Value | undefined>>
export type Tensors = Readonly<Record<string, Tensor | undefined>>

/** A literal case has no seed of its own. */
export const seedOf = (c: Case): number => ('seed' in c.values ? c.values.seed : 1)

/** An even step of the seed, since its parity says which factor of an exact draw is ±1. */
export function anotherOf(c: Case, draws: readonly Draw[]): Case {
  const draw = 'draw' in c.values ? c.values.draw : draws[0]!
  return { ...c, values: { draw, seed: seedOf(c) + 2 } }
}

/** Operands as values; of exact integers the low bits are dropped, the last one kept stays odd. */
export function valuesOf(operands: Tensors, row: OperatorRow, c: Case, spare: number): Values {
  const shortens = spare > 0 && 'draw' in c.values && c.values.draw === 'exact'
  const values: Record<string, Value> = {}
  for (const [name, operand] of Object.entries(operands)) {
    if (!operand) continue
    const kept = !shortens || row.compared?.includes(name)
    values[name] = exact(
      operand.shape,
      kept ? operand.data : Float64Array.from(operand.data, (v) => shortened(v, spare)),
    )
  }
  return values
}

function shortened(value: number, bits: number): number {
  const most = Math.floor(Math.abs(value) / 2 ** bits)
  return Math.sign(value) * (most % 2 === 1 ? most : most + 1)
}

/** Of all attributes at hand those that the operator takes, in memory of their own. */
export function attributesOf(row: OperatorRow, bag: AttributeBag): AttributeBag {
  const names = [...row.attributes, ...Object.keys(row.derived?.(anySizes) ?? {})]
  return structuredClone(Object.fromEntries(Object.entries(bag).filter(([name]) => names.includes(name))))
}
/** For the names of what follows from sizes. */
const anySizes: Sizes = { h: 1, w: 1, r: 1, s: 1 }

/** Operands for a call. What is not exact, or not a number of the precision, would make the law's own error its own judge. */
export function tensorsOf(
  operator: OperatorName,
  values: Values,
  precision: Precision,
): Record<string, Tensor | undefined> {
  const tensors: Record<string, Tensor | undefined> = {}
  for (const [name, value] of Object.entries(values)) {
    if (!value) continue
    const given = tensor(value.shape, value.data, precision)
    const off = value.data.findIndex((v, i) => !Object.is(v, given.data[i]) || value.bound[i] !== 0)
    if (off >= 0) {
      throw new RangeError(
        `${operator}: the law gives ${name} a number that ${precision} does not hold exactly, ${value.data[off]} ± ${value.bound[off]}; ` +
          `draw fewer bits (\`spare\`), or take what was computed with asGiven`,
      )
    }
    tensors[name] = given
  }
  return tensors
}
