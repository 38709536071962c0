/** Calls in the manners of examination.ts, held against the textbook. */
import type { Case } from '../properties/case.ts'
import { printCase } from '../properties/descriptor.ts'
import { checkGradient, isOfForward } from '../properties/gradient/checkGradient.ts'
import { laws } from '../properties/law/index.ts'
import type { Implementation, OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { positionOf } from '../reference/tensor.ts'
import type { Examination } from './examination.ts'
import { answerOf, asViews, judge, type Outcome, overlap, type Scene, sameBits, sceneOf } from './judge.ts'

/** Calls that must agree to the bit. */
export const REPEATS = 20

/** Of a law or a gradient that holds there is no one result to show. */
export type Examined = Outcome | { readonly status: 'holds' }

/** Throws RangeError for a case that the law or the gradient does not speak of, and for calls that are missing. */
export async function examine(implementation: Implementation, e: Examination): Promise<Examined> {
  const { case: c, manner, others = [], of = '' } = e
  if (manner === undefined) return judge(implementation, c)
  if (implementation.operators[c.operator] === undefined) return { status: 'not offered' }
  if (manner === 'repeated') return repeated(implementation, c)
  if (manner === 'together') return together(implementation, c, others)
  if (manner === 'refilled') return refilled(implementation, c, others)
  if (manner === 'law') return lawful(implementation, c, of)
  return gradient(implementation, c, operatorRow(of).name)
}

/** The same call, the same bits. Another result may be as right as the first: then nothing is wrong but that they differ. */
async function repeated(implementation: Implementation, c: Case): Promise<Outcome> {
  const scene = sceneOf(implementation, c)
  const first = await answerOf(implementation, scene, asViews(scene.operands))
  if (first.status !== 'held') return first
  const bits = first.result.data.slice()
  const results = [first.result.data]
  for (let call = 2; call <= REPEATS; call++) {
    const again = await answerOf(implementation, scene, asViews(scene.operands))
    const which = `call ${call} of ${REPEATS} alike`
    if (again.status === 'held') {
      const { data } = again.result
      const shared = results.findIndex((earlier) => overlap(earlier, data))
      const message = `${c.operator}: the result of ${which} lives in the memory of call ${shared + 1}`
      if (shared >= 0) return { status: 'failed', kind: 'result-shared', message }
      results.push(data)
    }
    if (again.status === 'failed') return { ...again, message: `${again.message}; in ${which}, the first was right` }
    if (again.status !== 'held' || sameBits(bits, again.result.data)) continue
    const at = bits.findIndex((v, i) => !Object.is(v, again.result.data[i]))
    const place = positionOf(again.result.shape, at).join(',')
    const message = `${c.operator}: element [${place}] is ${bits[at]} in the first call and ${again.result.data[at]} in ${which}; both are within the bound`
    return { status: 'failed', kind: 'nondeterministic', message }
  }
  return first
}

/** Calls that return promises may overlap: all are made before any is awaited. */
async function together(implementation: Implementation, c: Case, others: readonly Case[]): Promise<Outcome> {
  const scenes = [...others, c].map((one) => sceneOf(implementation, one))
  const outcomes = await Promise.all(scenes.map((s) => answerOf(implementation, s, asViews(s.operands))))
  const words = `with ${others.map(printCase).join(' and ')} under way`
  const failed = outcomes.find((o) => o.status === 'failed')
  if (failed?.status === 'failed') {
    const who = outcomes.indexOf(failed) < others.length ? `${printCase(others[outcomes.indexOf(failed)]!)}: ` : ''
    return { ...failed, message: `${who}${failed.message}; ${words}` }
  }
  const results = outcomes.flatMap((o) => (o.status === 'held' ? [o.result.data] : []))
  if (results.some((a, i) => results.slice(i + 1).some((b) => overlap(a, b)))) {
    return {
      status: 'failed',
      kind: 'result-shared',
      message: `${c.operator}: results of calls live in the same memory, ${words}`,
    }
  }
  return outcomes.at(-1)!
}

/** Arrays may be refilled between calls: who keeps something of an operand by its identity answers with what was there before. */
async function refilled(implementation: Implementation, c: Case, [before]: readonly Case[]): Promise<Outcome> {
  if (!before) throw new RangeError('refilled: give the call before as well, whose operands the last one takes over')
  const [first, second] = [sceneOf(implementation, before), sceneOf(implementation, c)]
  const operands = asViews(first.operands)
  const held = await answerOf(implementation, first, operands)
  if (held.status !== 'held') return held
  refill(operands, second)
  const outcome = await answerOf(implementation, second, operands)
  if (outcome.status !== 'failed') return outcome
  return { ...outcome, message: `${outcome.message}; in the arrays of ${printCase(before)}, refilled` }
}

function refill(operands: ReturnType<typeof asViews>, { operands: values, case: c }: Scene): void {
  for (const [name, operand] of Object.entries(operands)) {
    const from = values[name]
    if (operand?.data.length !== from?.data.length) {
      throw new RangeError(
        `refilled: ${name} of ${printCase(c)} has another size than before; give two cases of the same shapes`,
      )
    }
    if (operand && from) operand.data.set(from.data)
  }
}

async function lawful(implementation: Implementation, c: Case, equation: string): Promise<Examined> {
  const law = laws.find((l) => l.equation === equation && l.operator === c.operator)
  if (!law)
    throw new RangeError(`${c.operator} has no law "${equation}"; it has ${lawsOf(c.operator).join(', ') || 'none'}`)
  const outcome = await law(implementation, c)
  if (outcome.status === 'unsupported' || outcome.status === 'not offered')
    return { status: 'unsupported', message: equation }
  if (outcome.status === 'held') return { status: 'holds' }
  return { status: 'failed', kind: outcome.kind, message: `${c.operator}: ${outcome.message}` }
}

const lawsOf = (operator: OperatorName): string[] =>
  laws.filter((law) => law.operator === operator).map((law) => JSON.stringify(law.equation))

/** The case is one of the forward operator. */
async function gradient(implementation: Implementation, c: Case, of: OperatorName): Promise<Examined> {
  const checks = await checkGradient(implementation, of, c)
  const check = checks.find(({ status }) => status === 'broken')
  // Where it is the forward operator that is off, its own cases say so: the gradient is not blamed for it.
  if (check && (!check.entry || isOfForward(check.entry)))
    return { status: 'unsupported', message: check.message ?? '' }
  if (!check) {
    const open = checks.find(({ status }) => status !== 'held')
    return open ? { status: 'unsupported', message: open.message ?? open.status } : { status: 'holds' }
  }
  return { status: 'failed', kind: 'gradient', message: `${of}: ${check.message}` }
}
