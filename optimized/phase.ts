/**
 * F26 without its stride. Output h of an input gradient meets tap r where h + t − r·dh is a multiple of sh, so that outputs of
 * the same h mod sh, a phase, meet the same taps, from each to the next tap sh/gcd(sh,dh) apart. Taken backwards
 * these taps are a correlation of stride 1 and dilation dh/gcd:
 *
 *   h = first + i·sh meets p = i − before + k·dilation,  k = 0 … taps−1,  at tap r = lastTap − k·tapStep
 */
export interface Phase {
  readonly first: number
  readonly outputs: number
  readonly taps: number
  readonly lastTap: number
  readonly tapStep: number
  readonly dilation: number
  /** Negative where the first output meets only what lies further inside. */
  readonly before: number
}

/** The phases of an axis of `extent` outputs; one without taps gets the bias alone. */
export function phasesOf(
  extent: number,
  { kernel, stride, before, dilation }: { kernel: number; stride: number; before: number; dilation: number },
): Phase[] {
  const common = greatestCommonDivisor(stride, dilation)
  const tapStep = stride / common
  const phases: Phase[] = []
  for (let first = 0; first < Math.min(stride, extent); first++) {
    const met = Array.from({ length: kernel }, (_, r) => r).filter(
      (r) => (first + before - r * dilation) % stride === 0,
    )
    const lastTap = met.at(-1) ?? 0
    phases.push({
      first,
      outputs: Math.ceil((extent - first) / stride),
      taps: met.length,
      lastTap,
      tapStep,
      dilation: dilation / common,
      before: -(first + before - lastTap * dilation) / stride,
    })
  }
  return phases
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
