/** What an audit at the default budget says of each program of the corpus. */

import { operandShapes } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { type Finding, isHarmless } from '../finding.ts'
import { findingsOver } from '../findingsOver.ts'
import type { Right, Wrong } from './entry.ts'

/** Cases an operator, the default of `cnn-oracle audit`. */
const DEFAULT_CASES = 12

export interface Measured {
  readonly name: string
  readonly operator: string
  readonly seed: number
  /** Kinds of what was found. */
  readonly kinds: readonly string[]
  /** What it was called; null where it was not named. */
  readonly named: string | null
  /** Names that no case told from it. */
  readonly rivals: readonly string[]
  readonly expected: readonly string[]
  readonly verdict: 'right' | 'missed' | 'found' | 'named' | 'misnamed' | 'blamed'
  /** Input values of the smallest case. */
  readonly values: number | null
  readonly case: string | null
  readonly milliseconds: number
}

export async function measure(program: Wrong | Right, seed: number): Promise<Measured> {
  const start = performance.now()
  const { findings } = await findingsOver(program.make(), program.operator, DEFAULT_CASES, seed)
  const milliseconds = performance.now() - start
  const smallest = findings.map((f) => [inputValues(f), f.case] as const).sort(([a], [b]) => a - b)[0]
  const diagnosis = findings.find((f) => f.diagnosis)?.diagnosis
  const named = diagnosis?.causes.map(({ name }) => name).join(' + ') || null
  const rivals = diagnosis?.rivals ?? []
  const expected = 'expected' in program ? program.expected : []
  const common = {
    name: program.name,
    operator: program.operator,
    seed,
    kinds: [...new Set(findings.map((f) => f.kind))],
  }
  const seen = { named, rivals, expected, values: smallest?.[0] ?? null, case: smallest?.[1] ?? null, milliseconds }
  return { ...common, ...seen, verdict: 'link' in program ? ofWrong() : ofRight() }

  function ofWrong(): Measured['verdict'] {
    if (findings.length === 0) return 'missed'
    if (named === null) return 'found'
    return [named, ...rivals].some((name) => expected.includes(name)) ? 'named' : 'misnamed'
  }
  function ofRight(): Measured['verdict'] {
    return findings.some((f) => !isHarmless(f) || f.kind === 'suspect') ? 'blamed' : 'right'
  }
}

const inputValues = (f: Finding): number =>
  Object.values(operandShapes(parseCase(f.case))).reduce((sum, shape) => sum + sizeOf(shape), 0)

export interface Score {
  readonly wrong: number
  readonly found: number
  readonly nameable: number
  readonly named: number
  readonly misnamed: number
  readonly right: number
  readonly blamed: number
  readonly medianValues: number
}

export function scoreOf(measured: readonly Measured[]): Score {
  const wrong = measured.filter((m) => m.verdict !== 'right' && m.verdict !== 'blamed')
  const nameable = wrong.filter((m) => m.expected.length > 0)
  const values = wrong.flatMap((m) => (m.values === null ? [] : [m.values])).sort((a, b) => a - b)
  const having = (verdict: Measured['verdict'], of = measured): number => of.filter((m) => m.verdict === verdict).length
  return {
    wrong: wrong.length,
    found: wrong.length - having('missed'),
    nameable: nameable.length,
    named: having('named', nameable),
    misnamed: having('misnamed'),
    right: having('right') + having('blamed'),
    blamed: having('blamed'),
    medianValues: values[values.length >> 1] ?? 0,
  }
}
