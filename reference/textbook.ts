import { real } from './arithmetic/real.ts'
import type { Implementation, Tensor } from './contract.ts'
import { type AnyOperands, type AttributeBag, operators } from './operators.ts'

/** The textbook in float64, as an implementation: what everything else is held against. */
export const textbook: Implementation = {
  name: 'textbook',
  precision: 'float64',
  operators: Object.fromEntries(
    operators.map((row) => [
      row.name,
      (operands: AnyOperands<number>, attributes: AttributeBag): Tensor => {
        const { shape, data } = row.textbook(real, operands, attributes)
        return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) }
      },
    ]),
  ),
}
