/** The one-line form of a case, both ways: `printCase` and `parseCase`. */
import type { Mode, Padding, Pair } from '../reference/contract.ts'
import {
  type AttributeBag,
  type ChosenAttribute,
  nearest,
  type OperatorRow,
  operatorRow,
} from '../reference/operators.ts'
import { type Case, checkLiteral, defaults, operandShapes } from './case.ts'
import { type Draw, draws } from './values.ts'

/** How each attribute is abbreviated. `mode` is written as its value, a flag by its name alone. */
const keys = {
  kernel: 'k',
  stride: 'st',
  padding: 'pd',
  dilation: 'dl',
  groups: 'g',
  outputPadding: 'op',
  ceilMode: 'ceil',
  countIncludePad: 'cip',
} as const satisfies Record<Exclude<ChosenAttribute, 'mode'>, string>

/** A descriptor that does not parse; the message names the part, what it should be, and an example. */
export class DescriptorError extends Error {
  override readonly name = 'DescriptorError'
}

export function printCase(c: Case): string {
  const row = operatorRow(c.operator)
  const parts: string[] = [c.operator]
  for (const group of row.sizes.split(' '))
    parts.push([...group].map((letter) => `${letter}${c.sizes[letter]}`).join(''))
  for (const name of row.attributes) {
    const text = printAttribute(name, c.attributes)
    if (text !== '') parts.push(text)
  }
  if (c.bias) parts.push('bias')
  if ('draw' in c.values) parts.push(`@${c.values.draw}#${c.values.seed}`)
  else for (const [name, values] of Object.entries(c.values.literal)) parts.push(`${name}=${printValues(values)}`)
  return parts.join(' ')
}

function printAttribute(name: ChosenAttribute, a: AttributeBag): string {
  const value = a[name] ?? defaults[name]
  if (name === 'mode') return value === defaults.mode ? '' : String(value)
  if (typeof value === 'boolean') return value ? keys[name] : ''
  if (typeof value === 'number') return value === defaults[name] ? '' : `${keys[name]}${value}`
  if (typeof value === 'string') return value
  const usual: readonly number[] = name === 'padding' ? defaults.padding : name === 'outputPadding' ? [0, 0] : [1, 1]
  if (value.every((v, i) => v === usual[i])) return ''
  return keys[name] + (value.every((v) => v === value[0]) ? String(value[0]) : value.join('x'))
}

/** Numbers with runs: 0*8 for eight zeros. Integers and short decimals print as they are, and -0 keeps its sign. */
function printValues(values: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < values.length; ) {
    let end = i + 1
    while (end < values.length && Object.is(values[end], values[i])) end++
    const text = printNumber(values[i]!)
    parts.push(end - i > 1 ? `${text}*${end - i}` : text)
    i = end
  }
  return parts.join(',')
}

const printNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value).toLowerCase())

/** Parses a descriptor. Throws DescriptorError or ShapeError, each with the mend. */
export function parseCase(text: string): Case {
  if (typeof text !== 'string')
    throw new DescriptorError(`the descriptor is ${String(text)}, no text; write one like ${example('conv2d')}`)
  const tokens = text.trim().split(/\s+/)
  const first = tokens[0] ?? ''
  if (first === '') throw new DescriptorError(`the descriptor is empty; write one like ${example('conv2d')}`)
  const row = rowOf(first)
  const sizes: Record<string, number> = {}
  const attributes: Record<string, unknown> = Object.fromEntries(row.attributes.map((name) => [name, defaults[name]]))
  const literal: Record<string, number[]> = {}
  let drawn: { draw: Draw; seed: number } | undefined
  let bias = false
  for (const token of tokens.slice(1)) {
    if (token.startsWith('@')) drawn = parseDraw(token)
    else if (token.includes('=')) parseLiteral(row, token, literal)
    else if (token === 'bias' && row.optional !== undefined) bias = true
    else if (!parseAttribute(row, token, attributes)) parseSizes(row, token, sizes)
  }
  const missing = [...row.sizes.replaceAll(' ', '')].filter((letter) => sizes[letter] === undefined)
  if (missing.length > 0) {
    throw new DescriptorError(`${row.name}: size ${missing.join(', ')} is missing; write it like ${example(row.name)}`)
  }
  const hasLiteral = Object.keys(literal).length > 0
  if (hasLiteral && drawn)
    throw new DescriptorError(`${row.name}: values are given both as @${drawn.draw} and as numbers; keep one`)
  const values = hasLiteral ? { literal } : (drawn ?? { draw: 'real', seed: 1 })
  const parsed: Case = { operator: row.name, sizes, attributes, bias: bias || literal.b !== undefined, values }
  const shapes = operandShapes(parsed)
  if (hasLiteral) checkLiteral(row.name, shapes, literal)
  return parsed
}

function rowOf(name: string): OperatorRow {
  try {
    return operatorRow(name)
  } catch (error) {
    throw new DescriptorError(error instanceof Error ? error.message : String(error))
  }
}

function parseDraw(token: string): { draw: Draw; seed: number } {
  const match = /^@([a-z]+)(?:#(\d+))?$/.exec(token)
  const draw = draws.find((name) => name === match?.[1])
  if (!match || !draw) {
    const meant = nearest(match?.[1] ?? token, draws)
    throw new DescriptorError(`${token} names no draw of values; write @${meant}#1 (draws: ${draws.join(', ')})`)
  }
  const seed = Number(match[2] ?? 1)
  if (!Number.isSafeInteger(seed)) throw new DescriptorError(`${token}: a seed is a whole number below 2^53`)
  return { draw, seed }
}

function parseLiteral(row: OperatorRow, token: string, literal: Record<string, number[]>): void {
  const [name = '', list = ''] = token.split('=', 2)
  if (!row.operands.includes(name)) {
    throw new DescriptorError(`${row.name} has no operand ${JSON.stringify(name)}; it takes ${row.operands.join(', ')}`)
  }
  const values: number[] = []
  for (const part of list.split(',')) {
    const [, number, run] = /^([^*]+)(?:\*(\d+))?$/.exec(part) ?? []
    const value = parseNumber(number ?? '')
    if (value === undefined) {
      throw new DescriptorError(
        `${row.name}: ${name}= holds ${JSON.stringify(part)}; write numbers like 1,-0.5,0*8,nan,-infinity`,
      )
    }
    for (let i = 0; i < Number(run ?? 1); i++) values.push(value)
  }
  literal[name] = values
}

function parseNumber(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (text.toLowerCase() === 'nan') return Number.NaN
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
}

/** True when the token is an attribute of the row; its value lands in `attributes`. */
function parseAttribute(row: OperatorRow, token: string, attributes: Record<string, unknown>): boolean {
  if (row.attributes.includes('mode') && (token === 'full' || token === 'same' || token === 'valid')) {
    attributes.mode = token satisfies Mode
    return true
  }
  for (const name of row.attributes) {
    if (name === 'mode') continue
    const key = keys[name]
    if (name === 'ceilMode' || name === 'countIncludePad') {
      if (token !== key) continue
      attributes[name] = true
      return true
    }
    const match = new RegExp(`^${key}(-?\\d+(?:x-?\\d+)*)$`).exec(token)
    if (!match) continue
    attributes[name] = attributeValue(row, name, token, match[1]!.split('x').map(Number))
    return true
  }
  return false
}

function attributeValue(
  row: OperatorRow,
  name: ChosenAttribute,
  token: string,
  numbers: number[],
): number | Pair | Padding {
  const least = name === 'padding' || name === 'outputPadding' ? 0 : 1
  const low = numbers.find((n) => n < least)
  if (low !== undefined) {
    throw new DescriptorError(`${row.name}: ${token} gives ${name} ${low}; ${name} must be at least ${least}`)
  }
  const wanted = name === 'groups' ? 1 : name === 'padding' ? 4 : 2
  if (numbers.length === wanted && wanted === 1) return numbers[0]!
  if (numbers.length === 1) return wanted === 4 ? fourOf(numbers[0]!) : [numbers[0]!, numbers[0]!]
  if (numbers.length === wanted && wanted === 2) return [numbers[0]!, numbers[1]!]
  if (numbers.length === 4 && wanted === 4) return [numbers[0]!, numbers[1]!, numbers[2]!, numbers[3]!]
  const form =
    wanted === 4
      ? 'pd1 or pd1x2x1x2 (top, left, bottom, right)'
      : `${token.replace(/\d.*/, '')}2${wanted === 2 ? ' or 2x1 (height, width)' : ''}`
  throw new DescriptorError(
    `${row.name}: ${token} has ${numbers.length} numbers, ${name} takes 1${wanted > 1 ? ` or ${wanted}` : ''}; write it like ${form}`,
  )
}

const fourOf = (n: number): Padding => [n, n, n, n]

function parseSizes(row: OperatorRow, token: string, sizes: Record<string, number>): void {
  const letters = row.sizes.replaceAll(' ', '')
  if (!/^(?:[a-z]\d+)+$/.test(token)) {
    const known = ['bias', 'full', 'same', 'valid', ...row.attributes.map((n) => (n === 'mode' ? 'full' : keys[n]))]
    throw new DescriptorError(
      `${row.name}: cannot read ${JSON.stringify(token)}; sizes are ${letters.split('').join(', ')}, ` +
        `attributes ${known.filter((k) => k !== 'bias' || row.optional).join(', ')}; write it like ${example(row.name)}`,
    )
  }
  for (const [, letter = '', digits = ''] of token.matchAll(/([a-z])(\d+)/g)) {
    if (!letters.includes(letter)) {
      throw new DescriptorError(
        `${row.name}: ${token} gives a size ${letter}, it has ${letters.split('').join(', ')}; write it like ${example(row.name)}`,
      )
    }
    if (Number(digits) < 1)
      throw new DescriptorError(`${row.name}: ${token} gives ${letter}=${digits}; every size is at least 1`)
    sizes[letter] = Number(digits)
  }
}

/** A descriptor of the row that parses, for messages and help. */
function example(operator: string): string {
  const row = operatorRow(operator)
  const usual: Readonly<Record<string, number>> = {
    n: 1,
    c: 2,
    h: 5,
    w: 6,
    m: 2,
    r: 3,
    s: 3,
    p: 5,
    q: 6,
    i: 4,
    o: 3,
    k: 3,
  }
  const sizes = row.sizes.split(' ').map((group) => [...group].map((letter) => `${letter}${usual[letter]}`).join(''))
  const kernel = row.attributes.includes('kernel') ? ['k2'] : []
  return `'${[row.name, ...sizes, ...kernel, '@real#1'].join(' ')}'`
}
