/**
 * The index map of a linear operator, as impulses reveal it: which products each element of the result really used. One
 * operand is 1 in one place and 0 elsewhere; the other, if there is one, holds 1, 2, 4, …, so that a sum names its terms.
 */
import type { Call } from '../../properties/case.ts'
import { printCase } from '../../properties/descriptor.ts'
import { formats } from '../../properties/format.ts'
import type { Implementation, Precision } from '../../reference/contract.ts'
import { callOperator } from '../../reference/operators.ts'
import { positionOf, sizeOf, type Tensor, tensor } from '../../reference/tensor.ts'
import { textbook } from '../../reference/textbook.ts'
import type { Evidence, Started } from './evidence.ts'

/** Elements shown, and calls that may be spent. */
const MOST_SHOWN = 6
const MOST_CALLS = 400
const MOST_TERMS = 4

/** Terms by element: "x[0,0,1,1]·w[0,0,0,1]" → coefficient. */
type Terms = Map<string, number>[]

/** Lines of a table of the first elements that use something else; empty where the operator is not linear or too large. */
export async function indexMap(
  implementation: Implementation,
  failing: readonly Evidence[],
  started: Started = () => {},
): Promise<string[]> {
  const smallest = failing.toSorted((a, b) => a.cost - b.cost)
  for (const { call, case: c } of smallest.slice(0, 8)) {
    const parts = linearParts(call)
    if (!parts || callsFor(call, parts, implementation.precision) > MOST_CALLS) continue
    const really = await termsOf(implementation, call, parts, implementation.precision, () => started(printCase(c)))
    const should = await termsOf(textbook, call, parts, 'float64')
    const lines = really && should ? table(really, should, shapeOf(call)) : []
    if (lines.length > 0) return lines
  }
  return []
}

/** The operand that carries the impulse, and the one that counts, if the result is linear in two. */
function linearParts({
  row,
  operands,
}: Call): { readonly one: string; readonly other: string | undefined } | undefined {
  const [first, second] = row.linearIn
  if (first === undefined) return undefined
  const held = row.operands.filter((name) => name !== first && name !== second && name !== row.optional)
  if (held.length > 0 && !held.every((name) => row.compared?.includes(name))) return undefined
  return operands[first] ? { one: first, other: second } : undefined
}

const bitsAtOnce = (precision: Precision): number => formats[precision].bits - 4

function callsFor(
  { operands }: Call,
  { one, other }: { one: string; other: string | undefined },
  p: Precision,
): number {
  const counted = other === undefined ? 1 : Math.ceil(sizeOf(operands[other]!.shape) / bitsAtOnce(p))
  return sizeOf(operands[one]!.shape) * counted
}

const shapeOf = ({ row, operands, attributes }: Call): number[] =>
  row.resultShape(Object.fromEntries(Object.entries(operands).map(([name, t]) => [name, t?.shape])), attributes)

async function termsOf(
  implementation: Implementation,
  call: Call,
  { one, other }: { one: string; other: string | undefined },
  precision: Precision,
  before: () => void = () => {},
): Promise<Terms | undefined> {
  const { row, operands, attributes } = call
  const size = sizeOf(shapeOf(call))
  const terms: Terms = Array.from({ length: size }, () => new Map<string, number>())
  const [x, w] = [operands[one]!, other === undefined ? undefined : operands[other]!]
  const step = bitsAtOnce(precision)
  for (let i = 0; i < x.data.length; i++)
    for (let from = 0; from < (w ? w.data.length : 1); from += step) {
      const impulse = tensor(
        x.shape,
        Array.from(x.data, (_, j) => (i === j ? 1 : 0)),
        precision,
      )
      const counting =
        w &&
        tensor(
          w.shape,
          Array.from(w.data, (_, j) => (j >= from && j < from + step ? 2 ** (j - from) : 0)),
          precision,
        )
      const others = Object.fromEntries(
        Object.entries(operands).flatMap(([name, t]) =>
          t && name !== row.optional ? [[name, tensor(t.shape, t.data, precision)]] : [],
        ),
      )
      const given: Record<string, Tensor> = { ...others, [one]: impulse }
      if (other !== undefined && counting) given[other] = counting
      let result: Tensor | undefined
      before()
      try {
        result = await callOperator(implementation, row.name, given, attributes)
      } catch {
        return undefined
      }
      if (result?.data.length !== size) return undefined
      for (let e = 0; e < size; e++) note(terms[e]!, result.data[e]!, `${one}${place(x, i)}`, from)
    }
  return terms

  function note(found: Map<string, number>, value: number, left: string, from: number): void {
    if (value === 0) return
    if (w === undefined || other === undefined) {
      found.set(left, value)
      return
    }
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** step) {
      found.set(`${left}·?`, value)
      return
    }
    for (let bit = 0; bit < step; bit++)
      if (Math.floor(value / 2 ** bit) % 2 === 1) found.set(`${left}·${other}${place(w, from + bit)}`, 1)
  }
}

const place = ({ shape }: { shape: readonly number[] }, i: number): string => `[${positionOf(shape, i).join(',')}]`

/** The first elements that differ: what each used and should not have, and what it should have used and did not. */
function table(really: Terms, should: Terms, shape: readonly number[]): string[] {
  const rows: [string, string, string][] = []
  let differing = 0
  for (const [e, used] of really.entries()) {
    const due = should[e]!
    const extra = [...used].filter(([term, v]) => !close(due.get(term), v))
    const missing = [...due].filter(([term, v]) => !close(used.get(term), v))
    if (extra.length + missing.length === 0) continue
    if (++differing <= MOST_SHOWN) rows.push([`[${positionOf(shape, e).join(',')}]`, sum(extra), sum(missing)])
  }
  if (rows.length === 0) return []
  const widths = [0, 1].map((i) =>
    Math.max(i === 0 ? 'element'.length : 'uses'.length, ...rows.map((row) => row[i]!.length)),
  )
  const line = ([a, b, c]: readonly [string, string, string]): string =>
    `${a.padEnd(widths[0]!)}  ${b.padEnd(widths[1]!)}  ${c}`
  const more = differing > MOST_SHOWN ? [`… and ${differing - MOST_SHOWN} more of ${really.length} elements`] : []
  return [line(['element', 'uses', 'instead of']), ...rows.map(line), ...more]
}

/** Coefficients such as 1/9 are rounded; a wrong one is off by far more. */
const close = (a: number | undefined, b: number): boolean =>
  a !== undefined && Math.abs(a - b) <= 2 ** -18 * Math.abs(b)

function sum(terms: readonly (readonly [string, number])[]): string {
  if (terms.length === 0) return 'nothing'
  const shown = terms.slice(0, MOST_TERMS).map(([term, v]) => (v === 1 ? term : `${Number(v.toPrecision(4))}·${term}`))
  return shown.join(' + ') + (terms.length > MOST_TERMS ? ` + ${terms.length - MOST_TERMS} more` : '')
}
