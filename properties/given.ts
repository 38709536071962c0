/** What a check is asked with, looked over before it begins: a check that compares nothing would hold. */
import type { Implementation } from '../reference/contract.ts'
import { formats } from './format.ts'

/** Throws RangeError unless the number is a whole one from 1 on. `what` says where it came from: "checkGradient: projections". */
export function refuseCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return
  throw new RangeError(`${what} is ${said(count)}, and nothing would be compared; give a whole number from 1 on`)
}

/** Throws RangeError unless 0 < tolerance < 1. */
export function refuseTolerance(what: string, tolerance: number): void {
  if (typeof tolerance === 'number' && tolerance > 0 && tolerance < 1) return
  throw new RangeError(`${what} is ${said(tolerance)}; give a relative error between 0 and 1, as 1e-6`)
}

/** Throws RangeError unless it has operators and a precision. */
export function refuseImplementation(what: string, implementation: Implementation): void {
  const given: unknown = implementation
  const named = isObject(given) ? given : {}
  if (isObject(named.operators) && typeof named.precision === 'string' && Object.hasOwn(formats, named.precision))
    return
  const form = "{ name, precision: 'float32' or 'float64', operators: { conv2d, … } }"
  const lacks = !isObject(given)
    ? said(given)
    : isObject(named.operators)
      ? `of precision ${said(named.precision)}`
      : 'an object without operators'
  throw new RangeError(`${what}: the implementation is ${lacks}; give ${form}`)
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** A value as it stands in a message. */
export function said(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (!isObject(value)) return typeof value === 'bigint' ? `${value}n` : String(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  const prototype: unknown = Object.getPrototypeOf(value)
  const name =
    isObject(prototype) && typeof prototype.constructor === 'function' ? prototype.constructor.name : 'Object'
  return name === 'Object' ? `an object of ${Object.keys(value).join(', ') || 'nothing'}` : `a ${name}`
}
