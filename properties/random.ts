/**
 * Seeded random numbers: xoshiro128**, seeded through SplitMix32, so that one seed means the same values on every machine
 * and in every version. Source: Blackman & Vigna, Scrambled linear pseudorandom number generators, 2021.
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private d: number

  constructor(seed: number, stream = 0) {
    let state = (seed ^ Math.imul(stream + 1, 0x9e3779b9)) | 0
    const split = (): number => {
      state = (state + 0x9e3779b9) | 0
      let z = state
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      return z ^ (z >>> 16)
    }
    this.a = split()
    this.b = split()
    this.c = split()
    this.d = split()
  }

  /** 32 random bits. */
  bits(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.b, 5), 7), 9)
    const shifted = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= shifted
    this.d = rotate(this.d, 11)
    return scrambled >>> 0
  }

  /** Uniform in [0, 1), 52 bits of it random. */
  unit(): number {
    return (this.bits() >>> 6) * 2 ** -26 + (this.bits() >>> 6) * 2 ** -52
  }

  /** A whole number in [least, most]. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1))
  }

  sign(): 1 | -1 {
    return this.bits() & 1 ? 1 : -1
  }

  /** Brings the numbers into a random order, each order as likely as any (Fisher & Yates). */
  shuffle<T>(values: Float64Array | T[]): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(0, i)
      const held = values[i]!
      values[i] = values[j]!
      values[j] = held
    }
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!
  }
}

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k))
