/** The gradients of a forward layer as cases of their own. */
import { printCase } from '../../properties/descriptor.ts'
import { operatorRow } from '../../reference/operators.ts'
import type { Line } from './shapes.ts'

/**
 * A line for each gradient that has the sizes of its layer, so that one descriptor says both: by x and by w, or of a pooling.
 * That of a bias, a sum over maps, has others and is left out.
 */
export function gradientsOf(line: Line): readonly Line[] {
  const row = operatorRow(line.case.operator)
  return Object.entries(row.derivatives ?? {}).flatMap(([operand, name]): Line[] => {
    const gradient = operatorRow(name)
    if (gradient.sizes !== row.sizes) return []
    const attributes = Object.fromEntries(gradient.attributes.map((key) => [key, line.case.attributes[key]]))
    const { sizes, values } = line.case
    const own = { operator: name, sizes, attributes, bias: false, values }
    return [{ ...line, label: `${line.label} d${operand}`.trim(), case: own, descriptor: printCase(own) }]
  })
}
