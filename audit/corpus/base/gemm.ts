/** Matrix products in float32: C (M,N) = A (M,K) · B (K,N). */
export type Gemm = (A: ArrayLike<number>, B: ArrayLike<number>, M: number, N: number, K: number) => Float32Array

export const gemm: Gemm = (A, B, M, N, K) => {
  const C = new Float32Array(M * N)
  for (let i = 0; i < M; i++)
    for (let k = 0; k < K; k++) {
      const a = A[i * K + k]!
      for (let j = 0; j < N; j++) C[i * N + j] = C[i * N + j]! + Math.fround(a * B[k * N + j]!)
    }
  return C
}

/** The product of another dot product: `dot` adds up `K` products a[p(k)]·b[q(k)]. */
export type Dot = (left: Float64Array, right: Float64Array) => number
export const gemmOf =
  (dot: Dot): Gemm =>
  (A, B, M, N, K) => {
    const C = new Float32Array(M * N)
    const [left, right] = [new Float64Array(K), new Float64Array(K)]
    for (let i = 0; i < M; i++)
      for (let j = 0; j < N; j++) {
        for (let k = 0; k < K; k++) {
          left[k] = A[i * K + k]!
          right[k] = B[k * N + j]!
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
