/** `cnn-oracle replay '<descriptor>'…`: one case again, after others where there are several, with its operands, what must come out and what came. */

import { offersOf, Refused } from '../audit/auditTarget.ts'
import { type Manner, manners } from '../audit/examination.ts'
import { Death, IsolatedTarget, usualLimits } from '../audit/isolate.ts'
import { replayedBy } from '../audit/replayLine.ts'
import { findingRecord } from '../audit/report/json.ts'
import { findingText } from '../audit/report/terminal.ts'
import { expectation } from '../properties/bound.ts'
import { type Case, instantiate } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import { shapeText, type TensorOf } from '../reference/tensor.ts'
import { wantedTarget } from './audit.ts'
import { exitCode, UsageError } from './exit.ts'

/** More elements than this are not printed. */
const MOST_PRINTED = 64

export interface ReplayFlags {
  readonly target: string
  readonly timeLimit: number
  readonly memoryLimit: number
  readonly repeated?: boolean
  readonly together?: boolean
  readonly refilled?: boolean
  /** The equation of a law. */
  readonly law?: string
  /** The operator whose gradient is judged. */
  readonly gradient?: string
}

/** Throws UsageError where two are asked for. */
function mannerOf(flags: ReplayFlags): { manner?: Manner; of?: string } {
  const asked = manners.filter((manner) => flags[manner] !== undefined)
  if (asked.length > 1) throw new UsageError(`${asked.map((m) => `--${m}`).join(' and ')}: give one of them`)
  const [manner] = asked
  if (!manner) return {}
  const of = flags[manner]
  return { manner, ...(typeof of === 'string' && { of }) }
}

export async function replay(descriptors: readonly string[], flags: ReplayFlags): Promise<number> {
  const cases = descriptors.map(parseCase)
  const [others, c] = [cases.slice(0, -1), cases.at(-1)!]
  const examination = { case: c, ...mannerOf(flags), ...(others.length > 0 && { others }) }
  const before = examination.manner === undefined ? others : []
  const { target, only } = wantedTarget(flags.target)
  const limits = { ...usualLimits, callMs: flags.timeLimit * 1000, memoryMb: flags.memoryLimit }
  const offers = await offersOf(target, limits)
  const offer = only === undefined ? offers[0] : offers.find((o) => o.name === only)
  if (!offer) throw new Refused(`${only ?? target} is not offered; there are ${offers.map((o) => o.name).join(', ')}`)
  process.stdout.write(`${caseText(c, offer.precision)}\n`)
  const isolated = new IsolatedTarget(limits)
  try {
    await isolated.ask({ ask: 'load', target })
    for (const call of before)
      await isolated.ask({ ask: 'judge', implementation: offer.name, examination: { case: call } })
    const reply = await isolated.ask({ ask: 'judge', implementation: offer.name, examination })
    if (reply.say !== 'judged') throw new Error(reply.say === 'fault' ? reply.message : `unexpected reply ${reply.say}`)
    const { status, grade, finding, message } = reply.judgement
    if (finding) {
      const record = findingRecord({
        implementation: offer.name,
        finding: replayedBy(target, finding),
        known: undefined,
      })
      process.stdout.write(`${findingText(record)}\n`)
    } else
      process.stdout.write(`${offer.name}: ${status}${grade ? `, ${grade}` : ''}${message ? `: ${message}` : ''}\n`)
    return status === 'failed' ? exitCode.findings : exitCode.holds
  } catch (error) {
    if (!(error instanceof Death)) throw error
    process.stdout.write(`${offer.name}: ${error.kind}: ${error.message}\n`)
    return exitCode.findings
  } finally {
    isolated.kill()
  }
}

function caseText(c: Case, precision: 'float32' | 'float64'): string {
  const { row, operands, attributes } = instantiate(c, precision)
  const expected = expectation(row, operands, attributes, precision)
  const lines = [`${row.name} (${row.formula}) ${JSON.stringify(attributes)}`]
  for (const [name, operand] of Object.entries(operands)) if (operand) lines.push(tensorText(name, operand))
  lines.push(tensorText('expected', { shape: expected.shape, data: expected.value }))
  return lines.join('\n')
}

function tensorText(name: string, { shape, data }: TensorOf<number>): string {
  const shown = Array.from(data).slice(0, MOST_PRINTED).join(' ')
  return `  ${name} ${shapeText(shape)}: ${shown}${data.length > MOST_PRINTED ? ` … ${data.length - MOST_PRINTED} more` : ''}`
}
