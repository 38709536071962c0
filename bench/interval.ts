/** Samples without which no interval of a median is one of 95 %. */
const LEAST = 6

/** A median, or a mean, with the bounds of 95 % of whoever measured it. */
export interface Interval {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * The median of paired samples with an interval that assumes no distribution: the order statistics between which the true
 * median lies with at least 95 %, by the binomial distribution (Conover 1999, §3.2).
 */
export function medianInterval(samples: readonly number[]): Interval {
  if (samples.length < LEAST)
    throw new RangeError(
      `a 95 % interval of a median needs at least 6 samples, there are ${samples.length}; run more rounds`,
    )
  const sorted = [...samples].sort((a, b) => a - b)
  const n = sorted.length
  // The most samples k that can be left out at each end: 2·P(Binomial(n, ½) < k) ≤ 5 %.
  let k = 0
  let below = 0.5 ** n
  let probability = below
  while (2 * probability <= 0.05) {
    k++
    below = (below * (n - k + 1)) / k
    probability += below
  }
  return { median: quantile(sorted, 0.5), low: sorted[k - 1]!, high: sorted[n - k]! }
}

/** The value below which the part `p` of them lies, between two of them where none is there. NaN of none. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = p * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? Number.NaN
  return below + (at % 1) * (sorted[Math.ceil(at)]! - below)
}

/** "2.31 ms [2.20, 2.45]" */
export const intervalText = ({ median, low, high }: Interval, unit: string, digits = 2): string =>
  `${median.toFixed(digits)}${unit} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`

/** `--rounds` of a benchmark: ends it in one line and exit code 2 where an interval could not be had from so many. */
export function roundsOf(text: string | undefined, usual: number): number {
  const rounds = Number(text ?? usual)
  if (Number.isSafeInteger(rounds) && rounds >= LEAST) return rounds
  process.stderr.write(`--rounds is ${text}; give a whole number of at least ${LEAST}, which an interval needs\n`)
  process.exit(2)
}
