/** What is left over behind the last whole vector or tile: not computed, read beyond, computed of something else. */
import { Unsupported } from '../../../reference/contract.ts'
import { gemm, gemmWithin } from '../base/gemm.ts'
import { conv, spread, weightGradient } from '../base/im2col.ts'
import { largest, pool } from '../base/pool.ts'
import { empty, four, mapped, two } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

const all = (n: number): number => n
const whole =
  (L: number) =>
  (n: number): number =>
    n - (n % L)

/** A fully connected layer of one dot product a result. */
const denseBy = (
  {
    x,
    w,
    b,
  }: {
    x: { shape: readonly number[]; data: ArrayLike<number> }
    w: { shape: readonly number[]; data: ArrayLike<number> }
    b?: { data: ArrayLike<number> } | undefined
  },
  dot: (n: number, o: number, I: number) => number,
) => {
  const [[N, I], [O]] = [two(x), two(w)]
  const y = empty([N, O])
  for (let n = 0; n < N; n++)
    for (let o = 0; o < O; o++) y.data[n * O + o] = Math.fround(dot(n, o, I) + (b?.data[o] ?? 0))
  return y
}

export const tailMistakes: readonly Wrong[] = [
  wrong(
    'depthwise channels beyond the registers',
    'conv2d',
    {
      what: 'a depthwise convolution works in fours of channels; those left over stay 0',
      link: 'https://github.com/bhuman/CompiledNN/issues/16',
      names: ['tail of 4 channels not computed'],
    },
    () => (o, a) => {
      const y = conv(o, a)
      const [N, M, P, Q] = four(y)
      if (a.groups !== o.x.shape[1] || a.groups === 1) throw new Unsupported('depthwise convolutions alone')
      return mapped(y, (v, i) => (Math.floor(i / (P * Q)) % M < whole(4)(M) && N > 0 ? v : 0))
    },
  ),
  wrong(
    'blocked pooling drops the last channels',
    'maxPool2d',
    {
      what: 'channels are pooled in blocks of 8 and must be a multiple: 20 channels lose 4',
      link: 'https://github.com/uxlfoundation/oneDNN/issues/45',
      names: ['tail of 8 channels not computed'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, largest, undefined, whole(8)),
  ),
  wrong(
    'rest of the sum dropped at one remainder',
    'dense',
    {
      what: 'a product whose inner extent leaves the remainder 4 in eights loses those 4 terms; other remainders are right (8 of 16 there)',
      link: 'https://github.com/tile-ai/tilelang/issues/2381',
      names: ['tail of 8 of the summed channels left out, where input channels are a multiple of 4'],
    },
    () => (o) =>
      denseBy(o, (n, out, I) => {
        const terms = I % 8 === 4 ? I - 4 : I
        let sum = 0
        for (let i = 0; i < terms; i++)
          sum = Math.fround(sum + Math.fround(o.x.data[n * I + i]! * o.w.data[out * I + i]!))
        return sum
      }),
  ),
  wrong(
    'terms behind the last whole tile left out',
    'conv2d',
    {
      what: 'the matrix product under the convolution sums whole tiles of 4 and has no bound for the rest',
      link: 'https://github.com/CNugteren/myGEMM/issues/2',
      names: ['tail of 4 of the summed taps left out'],
    },
    () => (o, a) => conv(o, a, { gemm: gemmWithin(all, all, whole(4)) }),
  ),
  wrong(
    'positions behind the last whole tile not computed',
    'conv2d',
    {
      what: 'the columns of the product, positions of the map, are computed in fours',
      link: 'https://github.com/CNugteren/myGEMM/issues/2',
      names: ['tail of 4 of a plane not computed'],
    },
    () => (o, a) => {
      const y = conv({ ...o, b: undefined }, a, { gemm: gemmWithin(all, whole(4), all) })
      const [, , P, Q] = four(y)
      const biasOf = (i: number): number => o.b?.data[Math.floor(i / (P * Q)) % y.shape[1]!] ?? 0
      return mapped(y, (v, i) => (i % (P * Q) < whole(4)(P * Q) ? v + biasOf(i) : 0))
    },
  ),
  wrong(
    'one row too many for the tiles',
    'dense',
    {
      what: 'where one row is left behind the tiles of 4 it is not computed; two and three are',
      link: 'https://github.com/eth-cscs/Tiled-MM/pull/17',
    },
    () => (o) => {
      const y = denseBy(o, (n, out, I) => {
        let sum = 0
        for (let i = 0; i < I; i++) sum = Math.fround(sum + Math.fround(o.x.data[n * I + i]! * o.w.data[out * I + i]!))
        return sum
      })
      const [N, O] = two(y)
      if (N > 4 && N % 4 === 1) y.data.fill(0, (N - 1) * O)
      return y
    },
  ),
  wrong(
    'rows of a batch not a multiple of the store',
    'dense',
    {
      what: 'results are stored 8 rows at a time (16 there): the rows left over are not written',
      link: 'https://github.com/NVIDIA/Fuser/issues/3963',
      names: ['tail of 8 images not computed'],
    },
    () => (o) => {
      const [[N, I], [O]] = [two(o.x), two(o.w)]
      const y = empty([N, O])
      for (let n = 0; n < whole(8)(N); n++)
        for (let out = 0; out < O; out++) {
          let sum = o.b?.data[out] ?? 0
          for (let i = 0; i < I; i++)
            sum = Math.fround(sum + Math.fround(o.x.data[n * I + i]! * o.w.data[out * I + i]!))
          y.data[n * O + out] = sum
        }
      return y
    },
  ),
  wrong(
    'remainder multiplied with what follows in memory',
    'dense',
    {
      what: 'the rest of a row is loaded as a whole vector of 4 and its surplus lanes are not masked',
      link: 'https://github.com/nntrainer/nntrainer/pull/4345',
      names: ['sums run on to a whole block of 4'],
    },
    () => (o) =>
      denseBy(o, (n, out, I) => {
        let sum = 0
        for (let i = 0; i < Math.ceil(I / 4) * 4; i++)
          sum = Math.fround(sum + Math.fround((o.x.data[n * I + i] ?? 0) * (o.w.data[out * I + i] ?? 0)))
        return sum
      }),
  ),
  wrong(
    'last elements are those of the vector before',
    'relu',
    {
      what: 'the elements left over behind the last whole vector of 4 are not written',
      link: 'https://github.com/google/XNNPACK/issues/4190',
      names: ['tail of 4 of the result not computed'],
    },
    () =>
      ({ x }) =>
        mapped(x, (v, i) => (i >= whole(4)(x.data.length) ? 0 : v > 0 || Number.isNaN(v) ? v : 0)),
  ),
  wrong(
    'narrow images with a stride and many channels',
    'conv2dInputGradient',
    {
      what: 'wrong where the stride is larger than 1, the channels are many (16 there, 3 here) and the image is narrower than 17',
      link: 'https://github.com/fujitsu/oneDNN/issues/43',
    },
    () =>
      ({ dy, w }, a) => {
        const dx = spread(dy, w, a, a.inputSize)
        const [, C, , W] = four(dx)
        if (a.stride[1] === 1 || C <= 3 || W >= 17) return dx
        return mapped(dx, (v, i) => (i % W === W - 1 ? 0 : v))
      },
  ),
  wrong(
    'dilated depthwise taps of even distance',
    'conv2d',
    {
      what: 'texels hold two columns: with an even dilation a tap at an odd column is taken from the even one before',
      link: 'https://github.com/tensorflow/tfjs/issues/5378',
    },
    () => (o, a) => {
      if (a.groups !== o.x.shape[1] || a.groups === 1) throw new Unsupported('depthwise convolutions alone')
      if (a.dilation[1] % 2 !== 0) return conv(o, a)
      return conv(o, a, {
        pixel: (c, h, v, { H, W }) => (h < 0 || h >= H || v < 0 || v >= W ? -1 : (c * H + h) * W + (v & ~1)),
      })
    },
  ),
  wrong(
    'product right where the image is even',
    'conv2dWeightGradient',
    {
      what: 'positions are packed in twos, the last of an odd number is lost',
      link: 'https://github.com/ROCm/iris/issues/21',
      names: ['tail of 2 of the summed positions left out'],
    },
    () => (o, a) => weightGradient(o, a, { gemm: gemmWithin(all, all, whole(2)) }),
  ),
  wrong(
    'filters of an odd group reuse the pair',
    'conv2d',
    {
      what: 'two filters share a register; of an odd number of maps in a group the last one is computed with the filter before',
      link: 'https://github.com/tenstorrent/tt-metal/issues/49393',
    },
    () => (o, a) =>
      conv(o, a, {
        gemm: (A, B, M, N, K, absent) => {
          const C = gemm(A, B, M, N, K, absent)
          if (M > 1 && M % 2 === 1) C.copyWithin((M - 1) * N, (M - 2) * N, (M - 1) * N)
          return C
        },
      }),
  ),
]
