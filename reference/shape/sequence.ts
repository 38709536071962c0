/**
 * Shapes of convolution and correlation of sequences (n taps against k) and planes (H×W against R×S).
 *
 *   full n+k−1      same n      valid n−k+1, which needs n ≥ k
 *
 * 'same' is the part of 'full' that starts at index ⌊(k−1)/2⌋. All throw ShapeError.
 */
import { type Mode, type SequenceAttributes, ShapeError } from '../contract.ts'
import { checkRank } from './window.ts'

/** Length of the result, and the index of 'full' it starts at. */
export interface Part {
  readonly extent: number
  readonly start: number
}

/** convolve1d, correlate1d: f (n), g (k) → one part. */
export function sequencePart(
  operator: string,
  f: readonly number[],
  g: readonly number[],
  a: SequenceAttributes,
): Part {
  checkRank(operator, 'f', f, ['n'])
  checkRank(operator, 'g', g, ['k'])
  return part(operator, 'n', f[0]!, g[0]!, checkMode(operator, a.mode))
}

/** convolve2d, correlate2d: f (H,W), g (R,S) → a part an axis. */
export function planeParts(
  operator: string,
  f: readonly number[],
  g: readonly number[],
  a: SequenceAttributes,
): [rows: Part, columns: Part] {
  checkRank(operator, 'f', f, ['H', 'W'])
  checkRank(operator, 'g', g, ['R', 'S'])
  const mode = checkMode(operator, a.mode)
  return [part(operator, 'H', f[0]!, g[0]!, mode), part(operator, 'W', f[1]!, g[1]!, mode)]
}

function part(operator: string, axis: string, n: number, k: number, mode: Mode): Part {
  if (mode === 'full') return { extent: n + k - 1, start: 0 }
  if (mode === 'same') return { extent: n, start: Math.floor((k - 1) / 2) }
  if (n < k) {
    throw new ShapeError(
      `${operator}: mode 'valid' needs f at least as long as g, got ${axis}=${n} against ${k} (n−k+1 = ${n - k + 1}); ` +
        `use 'full' or 'same', or swap f and g`,
    )
  }
  return { extent: n - k + 1, start: k - 1 }
}

function checkMode(operator: string, mode: unknown): Mode {
  if (mode === 'full' || mode === 'same' || mode === 'valid') return mode
  throw new ShapeError(`${operator}: mode must be 'full', 'same' or 'valid', got ${JSON.stringify(mode)}`)
}
