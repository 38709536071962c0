/**
 * The pipe protocol, version 1, as audit/PIPE.md has it: what is said to a program and what it may say, checked. One JSON
 * object a line, UTF-8.
 *
 *   program → us   { protocol: "cnn-oracle-pipe", version: 1, name, implementationVersion?, precision, numerics?, operators }
 *   us → program   { id, operator, operands, attributes }
 *   program → us   { id, result } | { id, unsupported } | { id, error }
 */
import { z } from 'zod'
import type { OperatorName } from '../../reference/contract.ts'
import { type AttributeBag, isOperatorName, nearest, operators } from '../../reference/operators.ts'
import type { Tensor } from '../../reference/tensor.ts'
import { toWire, type WireTensor, wireTensor } from './wire.ts'

const VERSION = 1

/** Where the protocol is written down; messages end in it. */
const MANUAL = 'audit/PIPE.md'

/**
 * What went wrong with a program: it ended or never started ('crash'), it stayed silent too long ('hang'), it said what the
 * protocol does not know ('protocol'), or it answered that a call failed ('threw').
 */
export class PipeError extends Error {
  override readonly name = 'PipeError'
  readonly kind: 'crash' | 'hang' | 'protocol' | 'threw'
  constructor(kind: PipeError['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

const helloForm = z.object({
  name: z.string().min(1),
  implementationVersion: z.string().optional(),
  precision: z.enum(['float32', 'float64']),
  numerics: z.enum(['sum', 'winograd', 'fft']).optional(),
  operators: z.array(z.string()).min(1),
})
export type Hello = Omit<z.infer<typeof helloForm>, 'operators'> & { readonly operators: readonly OperatorName[] }

const greeting = z.object({ protocol: z.literal('cnn-oracle-pipe'), version: z.unknown() })

/** The first line of a program. Throws PipeError, which names the program and the mend. */
export function parseHello(program: string, line: string): Hello {
  const value = parseJson(program, line)
  const greeted = greeting.safeParse(value)
  if (!greeted.success) {
    throw garbage(program, line, `the first line must be {"protocol":"cnn-oracle-pipe","version":${VERSION},…}`)
  }
  if (greeted.data.version !== VERSION) {
    throw new PipeError(
      'protocol',
      `${program}: speaks version ${JSON.stringify(greeted.data.version)} of the pipe protocol, this cnn-oracle speaks ` +
        `version ${VERSION}; update the older of the two (${MANUAL})`,
    )
  }
  const parsed = helloForm.safeParse(value)
  if (!parsed.success) {
    throw new PipeError('protocol', `${program}: its first line is off: ${issueText(parsed.error)} (${MANUAL})`)
  }
  const offered = parsed.data.operators.map((name) => {
    if (isOperatorName(name)) return name
    const known = operators.map((row) => row.name)
    throw new PipeError(
      'protocol',
      `${program}: offers ${JSON.stringify(name)}, which is no operator of the contract; did you mean ${nearest(name, known)}?`,
    )
  })
  return { ...parsed.data, operators: offered }
}

/** What a program made of one request. */
export type Answer =
  | { readonly result: WireTensor }
  | { readonly unsupported: string }
  | { readonly error: string }
  /** The request is known, its answer is not what the protocol allows. */
  | { readonly off: string }

const identified = z.object({ id: z.int() })
const answerForm = z.object({
  result: wireTensor.optional(),
  unsupported: z.string().optional(),
  error: z.string().optional(),
})

/** Every further line of a program. Throws PipeError where not even the request can be told. */
export function parseAnswer(program: string, line: string): { readonly id: number; readonly answer: Answer } {
  const value = parseJson(program, line)
  const known = identified.safeParse(value)
  if (!known.success) throw garbage(program, line, 'an answer must carry the whole number "id" of its request')
  const { id } = known.data
  const parsed = answerForm.safeParse(value)
  if (!parsed.success) return { id, answer: { off: issueText(parsed.error) } }
  const { result, unsupported, error } = parsed.data
  const given = [result, unsupported, error].filter((part) => part !== undefined).length
  if (given !== 1) {
    const keys = Object.keys(value as object).join(', ')
    return { id, answer: { off: `it must have exactly one of result, unsupported and error; it has ${keys}` } }
  }
  if (result !== undefined) return { id, answer: { result } }
  return { id, answer: unsupported !== undefined ? { unsupported } : { error: error ?? '' } }
}

/** The line that asks for one call; an absent bias is left out. */
export function requestLine(
  id: number,
  operator: OperatorName,
  operands: Readonly<Record<string, Tensor | undefined>>,
  attributes: AttributeBag,
): string {
  const sent: Record<string, WireTensor> = {}
  for (const [name, operand] of Object.entries(operands)) if (operand) sent[name] = toWire(operand)
  return `${JSON.stringify({ id, operator, operands: sent, attributes })}\n`
}

/** A message about one call's answer. */
export const answerFault = (program: string, operator: OperatorName, id: number, what: string): PipeError =>
  new PipeError('protocol', `${program}: ${operator}: the answer to request ${id} is off: ${what} (${MANUAL})`)

function parseJson(program: string, line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw garbage(program, line, 'each line must be one JSON object')
  }
}

/** Most often a print of a library's: hence the mend. */
function garbage(program: string, line: string, rule: string): PipeError {
  const shown = JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line)
  return new PipeError(
    'protocol',
    `${program}: wrote ${shown} to stdout; ${rule}. Stdout is for the protocol alone: print everything else to stderr (${MANUAL})`,
  )
}

function issueText(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue?.path.length ? `${issue.path.join('.')}: ${issue.message}` : (issue?.message ?? 'wrong form')
}
