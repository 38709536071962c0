/** Short floats: bfloat16, TF32 and half by the bits of float32. */
const bits = new Uint32Array(1)
const single = new Float32Array(bits.buffer)

/** The last `dropped` bits of a float32 rounded away, ties to even. */
function shortened(v: number, dropped: number): number {
  if (!Number.isFinite(v)) return v
  single[0] = v
  const odd = (bits[0]! >>> dropped) & 1
  bits[0] = (bits[0]! + (2 ** (dropped - 1) - 1) + odd) & ~(2 ** dropped - 1)
  return single[0]!
}
export const bfloat16 = (v: number): number => shortened(v, 16)
export const tf32 = (v: number): number => shortened(v, 13)

/** IEEE half: 11 bits, 2⁻¹⁴ … 65504, subnormal numbers below. */
export function half(v: number): number {
  if (v === 0 || !Number.isFinite(v)) return v
  const size = Math.abs(v)
  if (size >= 65520) return v < 0 ? -Infinity : Infinity
  if (size >= 2 ** -14) return shortened(v, 13)
  const steps = size * 2 ** 24
  const floor = Math.floor(steps)
  const rest = steps - floor
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
  return (v < 0 ? -whole : whole) * 2 ** -24
}

/** Numbers below the smallest normal float32 as 0. */
export const flushed = (v: number): number => (Math.abs(v) < 2 ** -126 ? 0 : v)
