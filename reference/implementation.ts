import type { Implementation } from './contract.ts'

/** Refuses what is no Implementation at all, in the name of the function that was given it. Throws RangeError. */
export function checkImplementation(caller: string, implementation: Implementation): void {
  const given: unknown = implementation
  const form = "{ name, precision: 'float32' or 'float64', operators: { conv2d({ x, w, b }, attributes) { … } } }"
  if (typeof given !== 'object' || given === null)
    throw new RangeError(`${caller}: the implementation is ${String(given)}; it is an object ${form}`)
  if (!('operators' in given) || typeof given.operators !== 'object' || given.operators === null)
    throw new RangeError(`${caller}: the implementation has no operators; it is an object ${form}`)
  if (!('precision' in given) || (given.precision !== 'float32' && given.precision !== 'float64'))
    throw new RangeError(
      `${caller}: the precision of the implementation is ${'precision' in given ? String(given.precision) : 'missing'}; ` +
        `it is 'float32' or 'float64'`,
    )
}
