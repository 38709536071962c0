/**
 * Matrix products in float32: C (M,N) = A (M,K) · B (K,N). `absent` marks cells of B that take no part, those of a padding:
 * 0·∞ would be NaN.
 */
export type Gemm = (
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  M: number,
  N: number,
  K: number,
  absent?: ArrayLike<number>,
) => Float32Array

/** Rows, columns and terms of the product that are reached. */
type Reach = (n: number) => number
const all: Reach = (n) => n

export const gemmWithin =
  (rows: Reach, columns: Reach, terms: Reach): Gemm =>
  (A, B, M, N, K, absent) => {
    const C = new Float32Array(M * N)
    for (let i = 0; i < rows(M); i++)
      for (let k = 0; k < terms(K); k++) {
        const a = A[i * K + k]!
        for (let j = 0; j < columns(N); j++)
          if (!absent?.[k * N + j]) C[i * N + j] = C[i * N + j]! + Math.fround(a * B[k * N + j]!)
      }
    return C
  }
export const gemm: Gemm = gemmWithin(all, all, all)

/** The product of another dot product: `dot` adds up `K` products a[p(k)]·b[q(k)]. */
export type Dot = (left: Float64Array, right: Float64Array) => number
export const gemmOf =
  (dot: Dot): Gemm =>
  (A, B, M, N, K, absent) => {
    const C = new Float32Array(M * N)
    const [left, right] = [new Float64Array(K), new Float64Array(K)]
    for (let i = 0; i < M; i++)
      for (let j = 0; j < N; j++) {
        for (let k = 0; k < K; k++) {
          const out = absent?.[k * N + j] ?? 0
          left[k] = out ? 0 : A[i * K + k]!
          right[k] = out ? 0 : B[k * N + j]!
        }
        C[i * N + j] = dot(left, right)
      }
    return C
  }

export function transposedMatrix(A: ArrayLike<number>, M: number, N: number): Float32Array {
  const T = new Float32Array(M * N)
  for (let i = 0; i < M; i++) for (let j = 0; j < N; j++) T[j * M + i] = A[i * N + j]!
  return T
}
