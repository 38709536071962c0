/**
 * Which taps of a kernel meet the input, one axis at a time.
 *
 * Outputs that see the same taps form a class. Inside a class no tap falls into the padding, so its sums need no
 * test and no zero: a padded cell takes no part because it is never read (F16). A 3-tap kernel with padding 1 has
 * three classes: the first output, the last, and all between them.
 */

/** Outputs that see the taps order[first] … order[first + count − 1]. */
export interface TapClass {
  readonly first: number
  readonly count: number
  /** Coordinates of the outputs, ascending. */
  readonly outputs: readonly number[]
  /** The source coordinate that the first tap meets, an output each. */
  readonly bases: readonly number[]
}

/** The taps of one axis, in an order that makes the taps of every class neighbours. */
export interface AxisTaps {
  readonly order: readonly number[]
  /** From one tap of a class to the next, the source coordinate grows by this. */
  readonly step: number
  readonly classes: readonly TapClass[]
}

/** What one axis of a sliding kernel is: `before` is the padding at its start. */
export interface Axis {
  readonly kernel: number
  readonly stride: number
  readonly before: number
  readonly dilation: number
}

/** F14. Tap r of output p meets the source at p·stride − before + r·dilation. */
export function correlationTaps(outputs: number, extent: number, { kernel, stride, before, dilation }: Axis): AxisTaps {
  const classes = classify(outputs, (p) => {
    const start = p * stride - before
    const first = Math.max(0, Math.ceil(-start / dilation))
    const end = Math.min(kernel, Math.floor((extent - 1 - start) / dilation) + 1)
    return { first, count: end - first, base: start + first * dilation }
  })
  return { order: Array.from({ length: kernel }, (_, r) => r), step: dilation, classes }
}

/**
 * F26. The same taps read backwards: source p meets the output h = p·stride − before + r·dilation.
 *
 * An output meets only taps with r·dilation ≡ h + before (mod stride). Sorted by that residue and then downwards, the
 * taps of an output are neighbours, and from each to the next the source coordinate grows by dilation / gcd.
 */
export function transposedTaps(outputs: number, extent: number, { kernel, stride, before, dilation }: Axis): AxisTaps {
  const residue = (r: number): number => (r * dilation) % stride
  const order = Array.from({ length: kernel }, (_, r) => r).sort((a, b) => residue(a) - residue(b) || b - a)
  const sourceOf = (h: number, r: number): number => (h + before - r * dilation) / stride
  const classes = classify(outputs, (h) => {
    const meets = (r: number): boolean => {
      const p = sourceOf(h, r)
      return Number.isInteger(p) && p >= 0 && p < extent
    }
    const first = order.findIndex(meets)
    const count = order.filter(meets).length
    return { first, count, base: count > 0 ? sourceOf(h, order[first]!) : 0 }
  })
  return { order, step: dilation / greatestCommonDivisor(dilation, stride), classes }
}

/** Groups outputs by their taps. Outputs without any tap belong to no class. */
function classify(
  outputs: number,
  tapsOf: (output: number) => { first: number; count: number; base: number },
): TapClass[] {
  const classes = new Map<string, { first: number; count: number; outputs: number[]; bases: number[] }>()
  for (let output = 0; output < outputs; output++) {
    const { first, count, base } = tapsOf(output)
    if (count <= 0) continue
    const key = `${first}+${count}`
    const known = classes.get(key)
    if (known === undefined) classes.set(key, { first, count, outputs: [output], bases: [base] })
    else {
      known.outputs.push(output)
      known.bases.push(base)
    }
  }
  return [...classes.values()]
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
