/** Tensors written as in the book: an element for every index. */
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { sizeOf, type TensorOf } from '../tensor.ts'

/** y[i] for every flat index i of a shape. */
export function fill<T>(k: Arithmetic<T>, shape: readonly number[], element: (i: number) => T): TensorOf<T> {
  const data = k.array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = element(i)
  return { shape: [...shape], data }
}

/** y[i,j]. */
export function fill2<T>(
  k: Arithmetic<T>,
  [I, J]: readonly [number, number],
  element: (i: number, j: number) => T,
): TensorOf<T> {
  const data = k.array(I * J)
  let at = 0
  for (let i = 0; i < I; i++) for (let j = 0; j < J; j++) data[at++] = element(i, j)
  return { shape: [I, J], data }
}

/** y[n,c,h,w]. */
export function fill4<T>(
  k: Arithmetic<T>,
  [N, C, H, W]: readonly [number, number, number, number],
  element: (n: number, c: number, h: number, w: number) => T,
): TensorOf<T> {
  const data = k.array(N * C * H * W)
  let at = 0
  for (let n = 0; n < N; n++)
    for (let c = 0; c < C; c++) for (let h = 0; h < H; h++) for (let w = 0; w < W; w++) data[at++] = element(n, c, h, w)
  return { shape: [N, C, H, W], data }
}
