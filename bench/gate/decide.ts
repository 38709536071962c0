/**
 * What the log ratios of a kernel's sessions allow to say. A session is the replicate: within a process intervals are tight and
 * prove nothing, between processes the layout of memory and of compiled code is drawn anew (Kalibera & Jones 2013).
 */
import { tQuantile } from './student.ts'

/** Sessions after which is looked, and the one-sided α of a FAIL at each look: 0.5 % over all of them. */
export const LOOKS = [
  { sessions: 6, alpha: 0.001 },
  { sessions: 10, alpha: 0.0015 },
  { sessions: 16, alpha: 0.0025 },
] as const

/**
 * A slowdown that PASS excludes, and at what one-sided α: looks add up, so that a bound of 95 % at each of three would let pass
 * 6 % of the slowdowns of 5 % where sessions spread by 3 %; this one lets pass 0.7 %. And the least slowdown that FAIL reports.
 */
const EXCLUDED = Math.log(1.05)
const MISSED = 0.005
const LEAST = Math.log(1.03)

export type Outcome = 'PASS' | 'FAIL' | 'INCONCLUSIVE'

export interface Decision {
  readonly outcome: Outcome
  /** Relative change of time, 0.05 for 5 % slower, and its one-sided bounds of 95 %. */
  readonly change: number
  readonly low: number
  readonly high: number
  /** What PASS holds against 5 %: the one-sided bound of 99.5 %. */
  readonly most: number
  readonly sessions: number
  /** Standard deviation between sessions, as a part of time. */
  readonly spread: number
}

/** `noise`: the kernel's standard deviation between sessions on identical code, where it is known. */
export function decide(ratios: readonly number[], noise = 0): Decision {
  const n = ratios.length
  if (n < 2) throw new RangeError(`a decision needs at least 2 sessions, there are ${n}; run more`)
  const mean = ratios.reduce((a, b) => a + b, 0) / n
  const spread = Math.sqrt(ratios.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (n - 1))
  const error = spread / Math.sqrt(n)
  const width = tQuantile(0.05, n - 1) * error
  const alpha = [...LOOKS].reverse().find(({ sessions }) => sessions <= n)?.alpha ?? LOOKS[0].alpha
  const proven = mean - tQuantile(alpha, n - 1) * error > 0
  const large = mean >= Math.max(LEAST, (2 * noise) / Math.sqrt(n))
  const most = mean + tQuantile(MISSED, n - 1) * error
  const outcome = proven && large ? 'FAIL' : most < EXCLUDED ? 'PASS' : 'INCONCLUSIVE'
  const change = Math.expm1
  const [low, high] = [change(mean - width), change(mean + width)]
  return { outcome, change: change(mean), low, high, most: change(most), sessions: n, spread }
}
