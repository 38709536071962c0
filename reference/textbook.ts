import type { Arithmetic } from './arithmetic/arithmetic.ts'
import { real } from './arithmetic/real.ts'
import { single } from './arithmetic/single.ts'
import type { Implementation, Tensor } from './contract.ts'
import { checkOperands } from './operands.ts'
import { type AnyOperands, type AttributeBag, operators } from './operators.ts'
import { type Precision, tensor } from './tensor.ts'

/** The textbook in float64, as an implementation: what everything else is held against. */
export const textbook: Implementation = textbookIn(real, 'textbook', 'float64')

/** The textbook with every operation rounded to float32: correct code that is as inaccurate as a plain program is. */
export const textbook32: Implementation = textbookIn(single, 'textbook-float32', 'float32')

function textbookIn(k: Arithmetic<number>, name: string, precision: Precision): Implementation {
  return {
    name,
    precision,
    operators: Object.fromEntries(
      operators.map((row) => [
        row.name,
        (operands: AnyOperands<number>, attributes: AttributeBag): Tensor => {
          checkOperands(row, operands)
          const { shape, data } = row.textbook(k, operands, attributes)
          const typed = data instanceof Float32Array || data instanceof Float64Array
          return typed ? { shape, data } : tensor(shape, data, precision)
        },
      ]),
    ),
  }
}
