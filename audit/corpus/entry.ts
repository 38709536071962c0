/** One program of the corpus: an implementation as somebody wrote it, and what an audit should say of it. */
import type { Implementation, OperatorName, Operators, Precision } from '../../reference/contract.ts'

interface Common {
  readonly name: string
  readonly operator: OperatorName
  /** What the program does and why. */
  readonly what: string
  /** A new program an audit: some remember earlier calls. */
  readonly make: () => Implementation
}

/** A program with a mistake that was really made. */
export interface Wrong extends Common {
  /** The report of it. */
  readonly link: string
  /** Names by which an audit may call it, none where no name fits. Two mistakes are joined by ' + '. */
  readonly expected: readonly string[]
}

/** A program without a mistake, whose numbers differ from the textbook's within what its precision allows. */
export type Right = Common

type Written<K extends OperatorName> = () => Operators[K]

function maker<K extends OperatorName>(
  name: string,
  operator: K,
  precision: Precision,
  written: Written<K>,
): () => Implementation {
  return () => {
    const operators: Partial<Operators> = {}
    operators[operator] = written()
    return { name, precision, operators }
  }
}

interface Told {
  readonly what: string
  readonly link: string
  readonly names?: readonly string[]
  readonly precision?: Precision
}

export function wrong<K extends OperatorName>(name: string, operator: K, told: Told, written: Written<K>): Wrong {
  const { what, link, names = [], precision = 'float32' } = told
  return { name, operator, what, link, expected: names, make: maker(name, operator, precision, written) }
}

export function right<K extends OperatorName>(
  name: string,
  operator: K,
  what: string,
  written: Written<K>,
  numerics?: Implementation['numerics'],
): Right {
  const make = maker(name, operator, 'float32', written)
  return { name, operator, what, make: numerics ? () => ({ ...make(), numerics }) : make }
}
