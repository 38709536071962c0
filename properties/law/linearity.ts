/** What is linear: every operator in each operand that the table says it is linear in, and the layers in their bias. */
import type { OperatorName } from '../../reference/contract.ts'
import { type OperatorRow, operators } from '../../reference/operators.ts'
import { finite, whole, withBias, withoutBias } from './domain.ts'
import { type Law, law } from './law.ts'
import { plus, repeated, reshaped, scaled, type Value } from './value.ts'

/** Not a power of two, and not positive: neither short significands nor clipping at 0 come through unseen. */
const FACTOR = -3

/** −3·x₁ + x₂ has two more bits than x. */
const SPARE = 2

/** f(a·x₁ + x₂) = a·f(x₁) + f(x₂), by all other operands the same, without a bias. */
function linearIn(row: OperatorRow, name: string): Law {
  const others = row.operands.filter((operand) => operand !== name && operand !== row.optional)
  const call = (argument: string) => `${row.name}(${[argument, ...others].join(';')})`
  return law({
    equation: `${call(`a·${name}₁+${name}₂`)} = a·${call(`${name}₁`)} + ${call(`${name}₂`)}`,
    operator: row.name,
    // Large whole numbers saturate what goes through exp.
    draws: row.kind === 'function' ? ['tie'] : whole,
    among: withoutBias,
    spare: () => SPARE,
    async claim({ operands, another, run, equal }) {
      const [fixed, others]: readonly Readonly<Record<string, Value | undefined>>[] = [operands, another()]
      const [x1, x2] = [fixed![name]!, others![name]!]
      const at = (x: Value) => run(row.name, { ...fixed, [name]: x })
      equal(await at(plus(scaled(FACTOR, x1), x2)), plus(scaled(FACTOR, await at(x1)), await at(x2)))
    },
  })
}

/** F14, F18, F19, F24–F28 and the slopes, by operator and operand: linearity['conv2d in x']. */
export const linearity: Readonly<Record<string, Law>> = Object.fromEntries(
  operators.flatMap((row) => row.linearIn.map((name) => [`${row.name} in ${name}`, linearIn(row, name)])),
)

const affineInBias = (operator: 'conv2d' | 'convTranspose2d' | 'dense') =>
  law({
    equation: `${operator}(x;w,b) = ${operator}(x;w) + b`,
    operator,
    draws: finite,
    among: withBias,
    async claim({ operands: { x, w, b }, run, equal }) {
      const linear = await run(operator, { x, w })
      const channels = linear.shape.map((extent, axis) => (axis === 1 ? extent : 1))
      equal(await run(operator, { x, w, b }), plus(linear, repeated(reshaped(b!, channels), linear.shape)))
    },
  })

/** F14, F19: the bias is added once to every element of its channel. */
export const biasIsAdded = {
  conv2d: affineInBias('conv2d'),
  convTranspose2d: affineInBias('convTranspose2d'),
  dense: affineInBias('dense'),
} satisfies Partial<Record<OperatorName, Law>>
