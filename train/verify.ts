/** Every call of a training step held against the textbook, through the one verdict. */
import { expectation } from '../properties/bound.ts'
import { verdict } from '../properties/verdict.ts'
import type { Implementation } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { shapeText } from '../reference/tensor.ts'
import type { Called, Network } from './step.ts'

/** A layer computed something wrong; the message names layer, operator, element and shapes, `called` holds the operands. */
export class WrongLayer extends Error {
  override readonly name = 'WrongLayer'
  readonly called: Called
  constructor(message: string, called: Called) {
    super(message)
    this.called = called
  }
}

/** An observer of `step`. It throws WrongLayer on the first result that no order of summation gives. */
export function holding(by: Implementation, { layers }: Network): (called: Called) => void {
  return (called) => {
    const { layer, operator, operands, attributes, result } = called
    const expected = expectation(operatorRow(operator), operands, attributes, by.precision, by.numerics)
    const { grade, message } = verdict(result, expected)
    if (grade !== 'wrong') return
    const kind = layers[layer]?.kind ?? 'cost'
    const shapes = Object.entries(operands).flatMap(([name, t]) => (t ? [`${name}=${shapeText(t.shape)}`] : []))
    throw new WrongLayer(`layer ${layer} (${kind}) of ${by.name}: ${message}; ${shapes.join(' ')}`, called)
  }
}
