/**
 * The one loop that multiplies. Every sum of products of this folder, be it a convolution, one of its gradients or a
 * dense layer, is this contraction over a packed operand a, an operand b read where it lies, and a result c:
 *
 *   c[cStart + target[j] + i·cStride] += Σ_run Σ_k a[aStart + (aRun[run] + k)·width + i] · b[source[j] + bRun[run] + k·step]
 *
 * i = 0 … width−1 are rows of a tile (output maps, `width` of them interleaved in a), j columns (pixels, samples).
 * All arrays are Float64Array, whatever the precision of the operator: one element kind keeps V8's code monomorphic,
 * and sums of float32 products are carried in double. Sums run on in c, so a sum may be cut into several sweeps.
 */
export interface Sweep {
  readonly aRun: Int32Array
  readonly bRun: Int32Array
  /** Products a run. */
  readonly length: number
  readonly step: number
  readonly source: Int32Array
  readonly target: Int32Array
}

/** Rows of a full tile. Rows that are left over go one by one through `sweepRow`. */
export const TILE = 4

/**
 * Four rows by two columns: eight sums in locals, which V8 keeps in registers. Alone on 64→64, 56², 3×3, tiles of six
 * to sixteen sums (2×4, 3×3, 4×4, 6×2) all make 3.5–4.0 GFLOP/s, four sums (1×4, 4×1) 2.2; of the good ones this
 * shape leaves the fewest columns over. A missing second column is the first one again: it stores the same sum.
 */
export function sweepTile(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  c: Float64Array,
  cStart: number,
  cStride: number,
  { aRun, bRun, length, step, source, target }: Sweep,
  from: number,
  to: number,
): void {
  const runs = aRun.length
  const last = to - 1
  for (let j = from; j < to; j += 2) {
    const j1 = Math.min(j + 1, last)
    const c0 = cStart + target[j]!
    const c1 = cStart + target[j1]!
    const o0 = source[j]!
    const o1 = source[j1]!
    let s00 = c[c0]!
    let s01 = c[c1]!
    let s10 = c[c0 + cStride]!
    let s11 = c[c1 + cStride]!
    let s20 = c[c0 + 2 * cStride]!
    let s21 = c[c1 + 2 * cStride]!
    let s30 = c[c0 + 3 * cStride]!
    let s31 = c[c1 + 3 * cStride]!
    for (let run = 0; run < runs; run++) {
      let k = (aStart + aRun[run]! * 4) | 0
      const end = (k + length * 4) | 0
      let k0 = (bRun[run]! + o0) | 0
      let k1 = (bRun[run]! + o1) | 0
      for (; k < end; k = (k + 4) | 0) {
        const b0 = b[k0]!
        const b1 = b[k1]!
        k0 = (k0 + step) | 0
        k1 = (k1 + step) | 0
        const a0 = a[k]!
        s00 += a0 * b0
        s01 += a0 * b1
        const a1 = a[(k + 1) | 0]!
        s10 += a1 * b0
        s11 += a1 * b1
        const a2 = a[(k + 2) | 0]!
        s20 += a2 * b0
        s21 += a2 * b1
        const a3 = a[(k + 3) | 0]!
        s30 += a3 * b0
        s31 += a3 * b1
      }
    }
    c[c0] = s00
    c[c1] = s01
    c[c0 + cStride] = s10
    c[c1 + cStride] = s11
    c[c0 + 2 * cStride] = s20
    c[c1 + 2 * cStride] = s21
    c[c0 + 3 * cStride] = s30
    c[c1 + 3 * cStride] = s31
  }
}

/**
 * One row by six columns: rows that do not fill a tile, and depthwise layers. Depthwise 144, 56², 3×3 makes
 * 1.1 GFLOP/s with six columns, 0.9 with four, 1.0 with eight.
 */
export function sweepRow(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  c: Float64Array,
  cStart: number,
  { aRun, bRun, length, step, source, target }: Sweep,
  from: number,
  to: number,
): void {
  const runs = aRun.length
  const last = to - 1
  for (let j0 = from; j0 < to; j0 += 6) {
    const j1 = Math.min(j0 + 1, last)
    const j2 = Math.min(j0 + 2, last)
    const j3 = Math.min(j0 + 3, last)
    const j4 = Math.min(j0 + 4, last)
    const j5 = Math.min(j0 + 5, last)
    const o0 = source[j0]!
    const o1 = source[j1]!
    const o2 = source[j2]!
    const o3 = source[j3]!
    const o4 = source[j4]!
    const o5 = source[j5]!
    let s0 = c[cStart + target[j0]!]!
    let s1 = c[cStart + target[j1]!]!
    let s2 = c[cStart + target[j2]!]!
    let s3 = c[cStart + target[j3]!]!
    let s4 = c[cStart + target[j4]!]!
    let s5 = c[cStart + target[j5]!]!
    for (let run = 0; run < runs; run++) {
      let k = (aStart + aRun[run]!) | 0
      const end = (k + length) | 0
      let at = bRun[run]!
      for (; k < end; k = (k + 1) | 0) {
        const a0 = a[k]!
        s0 += a0 * b[(at + o0) | 0]!
        s1 += a0 * b[(at + o1) | 0]!
        s2 += a0 * b[(at + o2) | 0]!
        s3 += a0 * b[(at + o3) | 0]!
        s4 += a0 * b[(at + o4) | 0]!
        s5 += a0 * b[(at + o5) | 0]!
        at = (at + step) | 0
      }
    }
    c[cStart + target[j0]!] = s0
    c[cStart + target[j1]!] = s1
    c[cStart + target[j2]!] = s2
    c[cStart + target[j3]!] = s3
    c[cStart + target[j4]!] = s4
    c[cStart + target[j5]!] = s5
  }
}
