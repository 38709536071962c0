/**
 * The entry that a failed projection has wrong, by halves: u is cut in two until one number is left, then v. Twice log₂ n
 * projections instead of n columns: a sign error in the slope of 1,024 sigmoids took 19 s to name, and takes less than one.
 */
import { positionOf } from '../../reference/tensor.ts'
import type { Entry } from './jacobian.ts'
import type { Judge } from './judge.ts'
import { type Directions, type Projection, project } from './projection.ts'
import type { Subject } from './subject.ts'

/** Undefined where mistakes cancel or hide on the way, or where no entry alone is wrong. Throws Unusable. */
export async function narrow(
  subject: Subject,
  judges: readonly Judge[],
  failed: Projection,
): Promise<Entry | undefined> {
  let last: Directions = failed
  for (const name of ['u', 'v'] as const) {
    let places = placesOf(last[name])
    while (places.length > 1) {
      const middle = places.length >> 1
      let half: Directions | undefined
      for (const kept of [places.slice(0, middle), places.slice(middle)]) {
        const cut = { ...last, [name]: only(last[name], kept) }
        if (!(await project(subject, judges, cut)).isWrong) continue
        half = cut
        places = kept
        break
      }
      if (!half) return undefined
      last = half
    }
  }
  const [j] = placesOf(last.u)
  const [i] = placesOf(last.v)
  if (i === undefined || j === undefined) return undefined
  const one = (n: number, at: number): Float64Array => only(new Float64Array(n).fill(1), [at])
  const found = await project(subject, judges, { u: one(subject.inputs, j), v: one(subject.outputs, i) })
  if (!found.isWrong) return undefined
  const { point, pair } = subject
  return {
    output: positionOf(point.y.shape, i),
    input: positionOf(point.operands[pair.operand]!.shape, j),
    got: found.got,
    opinions: found.opinions,
  }
}

const placesOf = (values: Float64Array): number[] => Array.from(values.keys()).filter((i) => values[i] !== 0)

function only(values: Float64Array, places: readonly number[]): Float64Array {
  const kept = new Float64Array(values.length)
  for (const i of places) kept[i] = values[i]!
  return kept
}
