/** What the folder hands out: every law by its name, all of them as a list, and what tries them. */

import * as activation from './activation.ts'
import * as adjoint from './adjoint.ts'
import * as conduct from './conduct.ts'
import * as cost from './cost.ts'
import * as equivalence from './equivalence.ts'
import * as geometry from './geometry.ts'
import type { Law } from './law.ts'
import * as linearity from './linearity.ts'
import * as pooling from './pooling.ts'
import * as signal from './signal.ts'

export * from './activation.ts'
export * from './adjoint.ts'
export * from './conduct.ts'
export * from './cost.ts'
export * from './equivalence.ts'
export * from './geometry.ts'
export { holdLaw, lawCases } from './hold.ts'
export type { Law, LawOutcome } from './law.ts'
export * from './linearity.ts'
export * from './pooling.ts'
export * from './signal.ts'

const families: readonly Readonly<Record<string, Law | Readonly<Record<string, Law>>>>[] = [
  signal,
  linearity,
  geometry,
  equivalence,
  adjoint,
  pooling,
  activation,
  cost,
  conduct,
]

/** Every law, family by family. */
export const laws: readonly Law[] = families
  .flatMap((family) => Object.values(family))
  .flatMap((one) => (typeof one === 'function' ? [one] : Object.values(one)))
