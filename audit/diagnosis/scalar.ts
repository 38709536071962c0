/** Functions of one number, in any number system. */
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'

export const sigma = <T>(k: Arithmetic<T>, z: T): T => k.div(k.one, k.add(k.one, k.exp(k.neg(z))))
export const positive = <T>(k: Arithmetic<T>, z: T): boolean => k.greater(z, k.from(0))
export const square = <T>(k: Arithmetic<T>, z: T): T => k.mul(z, z)
