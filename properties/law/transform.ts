/**
 * The number theoretic transform: a discrete Fourier transform over the whole numbers modulo a prime, in which the product of
 * transforms is the transform of the convolution, without a rounding error.
 *
 *   F(f)ₖ = Σⱼ fⱼ ωʲᵏ mod p,   p = 2⁶⁴ − 2³² + 1,   ω of order L = 2ᵐ ≤ 2³², as 2³² divides p − 1 and 7 generates all units
 *
 * Sources: Pollard 1971, The fast Fourier transform in a finite field; Nussbaumer 1982, §8.
 */
const PRIME = 2n ** 64n - 2n ** 32n + 1n
const GENERATOR = 7n

/** f∗g of whole numbers, as F⁻¹(F(f)·F(g)): right as long as every sum is below p/2 in magnitude. */
export function convolveByTransform(f: ArrayLike<number>, g: ArrayLike<number>): Float64Array {
  const extent = f.length + g.length - 1
  const length = 2 ** Math.ceil(Math.log2(extent))
  const root = rootOfUnity(length)
  const [F, G] = [transform(residues(f, length), root), transform(residues(g, length), root)]
  const product = F.map((value, k) => (value * G[k]!) % PRIME)
  // F⁻¹ is F with 1/ω, divided by L.
  const sums = transform(product, power(root, PRIME - 2n))
  const scale = power(BigInt(length), PRIME - 2n)
  return Float64Array.from({ length: extent }, (_, i) => signed((sums[i]! * scale) % PRIME))
}

function residues(values: ArrayLike<number>, length: number): bigint[] {
  return Array.from({ length }, (_, i) => ((BigInt(values[i] ?? 0) % PRIME) + PRIME) % PRIME)
}

const signed = (residue: bigint): number => Number(residue > PRIME / 2n ? residue - PRIME : residue)

/** Even and odd places apart, then put together (Cooley & Tukey 1965). */
function transform(values: readonly bigint[], root: bigint): bigint[] {
  const L = values.length
  if (L === 1) return [...values]
  const square = (root * root) % PRIME
  const even = transform(
    values.filter((_, i) => i % 2 === 0),
    square,
  )
  const odd = transform(
    values.filter((_, i) => i % 2 === 1),
    square,
  )
  const result = new Array<bigint>(L)
  let factor = 1n
  for (let k = 0; k < L / 2; k++) {
    const turned = (factor * odd[k]!) % PRIME
    result[k] = (even[k]! + turned) % PRIME
    result[k + L / 2] = (even[k]! + PRIME - turned) % PRIME
    factor = (factor * root) % PRIME
  }
  return result
}

const rootOfUnity = (length: number): bigint => power(GENERATOR, (PRIME - 1n) / BigInt(length))

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base]
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME
    square = (square * square) % PRIME
  }
  return result
}
