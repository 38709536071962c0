/**
 * Change points of a series: where the time that a kernel takes moved and stayed. Advisory: the gate decides, by paired sessions.
 *
 * Within a window the split with the largest energy distance between its two sides is a candidate, and so on in each side
 * (E-divisive: Matteson & James 2014, doi:10.1080/01621459.2013.849605; energy: Székely & Rizzo 2004). Windows overlap, so that
 * nothing is far from the middle of one; a candidate stays while Welch's t test between the stretches to its neighbours says so,
 * the weakest leaving first (Fleming et al. 2023, Hunter, arXiv:2301.03034). Unlike a permutation test this gives the same answer each time.
 */
import { tTail } from '../gate/student.ts'

export interface Change {
  /** The first index of the new stretch. */
  readonly at: number
  /** Mean of the stretch from here to the next change, less that before: of logarithms, so ≈ the part by which it moved. */
  readonly by: number
  /** Two-sided p of the t test, which does not know that the place was chosen. */
  readonly p: number
}

const WINDOW = 50
/** Fewer values than this on a side say nothing of its spread. */
const LEAST_SIDE = 4
/** What makes a candidate, and what lets it stay: `changePoints.test.ts` prints how often it errs. */
const WEAK = 0.01
const STRONG = 0.0002
/** A smaller move is nobody's concern: 1 %. */
const LEAST_MOVE = 0.01

export function changePoints(values: readonly number[]): Change[] {
  const found = new Set<number>()
  for (let from = 0; ; from += WINDOW / 2) {
    const to = Math.min(values.length, from + WINDOW)
    for (const at of candidates(values, from, to)) found.add(at)
    if (to === values.length) break
  }
  let places = [...found].sort((a, b) => a - b)
  for (;;) {
    const changes = places.map((at, i) => change(values, places[i - 1] ?? 0, at, places[i + 1] ?? values.length))
    const weakest = changes.reduce<Change | undefined>((a, b) => (a && a.p >= b.p ? a : b), undefined)
    const small = changes.find(({ by }) => Math.abs(by) < LEAST_MOVE)
    const leaves = weakest && weakest.p > STRONG ? weakest : small
    if (!leaves) return changes
    places = places.filter((at) => at !== leaves.at)
  }
}

function candidates(values: readonly number[], from: number, to: number): number[] {
  const at = bestSplit(values, from, to)
  if (at === undefined || change(values, from, at, to).p > WEAK) return []
  return [...candidates(values, from, at), at, ...candidates(values, at, to)]
}

/**
 * The split τ of x = values[from, to) into m and k values with the largest m·k/(m+k) · (2·mean|x−y| − mean|x−x'| − mean|y−y'|).
 * The three sums follow each split from the one before, so that all take O(n²).
 */
export function bestSplit(values: readonly number[], from: number, to: number): number | undefined {
  const away = (i: number, start: number, end: number): number => {
    let sum = 0
    for (let j = start; j < end; j++) sum += Math.abs(values[i]! - values[j]!)
    return sum
  }
  let [left, right, between] = [0, 0, 0]
  for (let i = from; i < to; i++) right += away(i, from, i)
  let best: { at: number; energy: number } | undefined
  for (let at = from + 1; at < to; at++) {
    const [toLeft, toRight] = [away(at - 1, from, at - 1), away(at - 1, at, to)]
    left += toLeft
    right -= toRight
    between += toRight - toLeft
    const [m, k] = [at - from, to - at]
    if (m < LEAST_SIDE || k < LEAST_SIDE) continue
    const energy = (2 * between - (2 * k * left) / (m - 1) - (2 * m * right) / (k - 1)) / (m + k)
    if (!best || energy > best.energy) best = { at, energy }
  }
  return best?.at
}

/** Welch's t test of values[from, at) against values[at, to). */
function change(values: readonly number[], from: number, at: number, to: number): Change {
  const [a, b] = [stretch(values, from, at), stretch(values, at, to)]
  const by = b.mean - a.mean
  const error = a.error + b.error
  if (Math.min(at - from, to - at) < LEAST_SIDE) return { at, by, p: 1 }
  if (error === 0) return { at, by, p: by === 0 ? 1 : 0 }
  const freedom = error ** 2 / (a.error ** 2 / (at - from - 1) + b.error ** 2 / (to - at - 1))
  return { at, by, p: 2 * tTail(Math.abs(by) / Math.sqrt(error), freedom) }
}

/** Mean, and the variance of the mean. */
function stretch(values: readonly number[], from: number, to: number): { mean: number; error: number } {
  const n = to - from
  let [sum, squares] = [0, 0]
  for (let i = from; i < to; i++) sum += values[i]!
  const mean = sum / n
  for (let i = from; i < to; i++) squares += (values[i]! - mean) ** 2
  return { mean, error: squares / (n - 1) / n }
}
