/** Kernels: turned, transposed, laid out otherwise, taken for another channel's. */

import { transposedMatrix } from '../base/gemm.ts'
import { biased, conv, mapExtents, spread, transposedExtents } from '../base/im2col.ts'
import { correlatePlane } from '../base/signal.ts'
import { count, empty, four, mapped, reshaped, rotated, transposed } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

export const kernelMistakes: readonly Wrong[] = [
  wrong(
    'filter flipped before the product',
    'conv2d',
    {
      what: 'Theano turned the kernel where TensorFlow did not: the same weights give another result',
      link: 'https://github.com/keras-team/keras/issues/3015',
      names: ['kernel turned'],
    },
    () =>
      ({ x, w, b }, a) =>
        conv({ x, w: rotated(w), b }, a),
  ),
  wrong(
    'convolve2d calls the correlation',
    'convolve2d',
    {
      what: "filter2d hands its kernel to conv2d, which correlates, and doesn't flip it",
      link: 'https://github.com/kornia/kornia/issues/2263',
      names: ['kernel turned'],
    },
    () =>
      ({ f, g }, { mode }) =>
        correlatePlane(f, g, mode),
  ),
  wrong(
    'correlate2d calls the convolution',
    'correlate2d',
    {
      what: 'correlate2d goes through convolve2d without flipping the second operand',
      link: 'https://github.com/rapidsai/cusignal/issues/538',
      names: ['kernel turned'],
    },
    () =>
      ({ f, g }, { mode }) => {
        const turned = mapped(g, (_, i) => g.data[g.data.length - 1 - i]!)
        return correlatePlane(f, turned, mode)
      },
  ),
  wrong(
    'only square kernels can be rotated',
    'conv2dInputGradient',
    {
      what: 'the rotated M×N kernel is put into an N×M matrix, which throws for every kernel that is not square',
      link: 'https://github.com/mlpack/mlpack/pull/3376',
    },
    () =>
      ({ dy, w }, a) => {
        const [, , R, S] = four(w)
        if (R !== S) throw new RangeError(`submat(): indices out of bounds: ${R}x${S} into ${S}x${R}`)
        return spread(dy, w, a, a.inputSize)
      },
  ),
  wrong(
    'input and output channel mixed up',
    'convTranspose2d',
    {
      what: 'the weights of a transposed convolution are read as (out, in, …) where they are (in, out, …)',
      link: 'https://github.com/apache/tvm/pull/9336',
      names: ['weights laid out as IOHW'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [M, Cg, R, S] = four(w)
        const y = spread(x, transposed(reshaped(w, [Cg, M, R, S]), [1, 0, 2, 3]), a, transposedExtents(x, w, a))
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'weights taken for HWIO',
    'conv2d',
    {
      what: 'weights with the maps first, (out, in, height, width), are read from memory as (height, width, in, out)',
      link: 'https://github.com/traveller59/spconv/issues/450',
      names: ['weights laid out as HWIO'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [M, Cg, R, S] = four(w)
        return conv({ x, w: transposed(reshaped(w, [R, S, Cg, M]), [3, 2, 0, 1]), b }, a)
      },
  ),
  wrong(
    'channels-last image taken for channels-first',
    'conv2d',
    {
      what: 'the strides of a channels_last tensor are ignored and its memory read as NCHW',
      link: 'https://github.com/pytorch/pytorch/issues/77299',
      names: ['image laid out as NHWC'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [N, C, H, W] = four(x)
        return conv({ x: transposed(reshaped(x, [N, H, W, C]), [0, 3, 1, 2]), w, b }, a)
      },
  ),
  wrong(
    'multiplier of a depthwise layer repeats the first filter',
    'conv2d',
    {
      what: 'only a channel multiplier of 1 was thought of: further maps of a channel reuse its first kernel',
      link: 'https://github.com/alibaba/MNN/issues/532',
      names: ['first kernel of the group for all its maps'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [M, Cg, R, S] = four(w)
        const [Mg, size] = [M / a.groups, Cg * R * S]
        const first = mapped(w, (_, i) => w.data[Math.floor(i / (Mg * size)) * Mg * size + (i % size)]!)
        return conv({ x, w: first, b }, a)
      },
  ),
  wrong(
    'dense weights stored transposed',
    'dense',
    {
      what: 'the matrix is saved by a framework that keeps (in, out) and multiplied as (out, in), the transpose forgotten on import',
      link: 'https://github.com/microsoft/MMdnn/pull/157',
      names: ['weights laid out as (I,O)'],
    },
    () =>
      ({ x, w, b }) => {
        const [O, I] = [w.shape[0]!, w.shape[1]!]
        const W = transposedMatrix(w.data, I, O)
        const y = empty([x.shape[0]!, O])
        for (let n = 0; n < x.shape[0]!; n++)
          for (let o = 0; o < O; o++) {
            let sum = b?.data[o] ?? 0
            for (let i = 0; i < I; i++) sum = Math.fround(sum + Math.fround(x.data[n * I + i]! * W[o * I + i]!))
            y.data[n * O + o] = sum
          }
        return y
      },
  ),
  wrong(
    'rows of the kernel drift with the dilation',
    'conv2d',
    {
      what: 'the gap between kernel rows is w·dilation − kernel_extent, too large by dilation − 1: a row begins further right',
      link: 'https://github.com/Tencent/ncnn/issues/75',
    },
    () =>
      ({ x, w, b }, a) => {
        const [[N, C, H, W], [M, Cg, R, S], [P, Q]] = [four(x), four(w), mapExtents(x, w, a)]
        const [width, height] = [W + a.padding[1] + a.padding[3], H + a.padding[0] + a.padding[2]]
        const y = empty([N, M, P, Q])
        const padded = new Float32Array(height * width)
        const extent = a.dilation[1] * (S - 1) + 1
        for (let n = 0; n < N; n++)
          for (let m = 0; m < M; m++) {
            const sums = y.data.subarray((n * M + m) * P * Q, (n * M + m + 1) * P * Q)
            for (let c = 0; c < Cg; c++) {
              padded.fill(0)
              const from = (n * C + Math.floor(m / (M / a.groups)) * Cg + c) * H * W
              for (let h = 0; h < H; h++)
                padded.set(x.data.subarray(from + h * W, from + (h + 1) * W), (h + a.padding[0]) * width + a.padding[1])
              for (let i = 0; i < P * Q; i++) {
                let at = Math.floor(i / Q) * a.stride[0] * width + (i % Q) * a.stride[1]
                for (let r = 0; r < R; r++) {
                  for (let s = 0; s < S; s++) {
                    sums[i] = sums[i]! + Math.fround((padded[at] ?? 0) * w.data[((m * Cg + c) * R + r) * S + s]!)
                    at += a.dilation[1]
                  }
                  at += width * a.dilation[0] - extent
                }
              }
            }
          }
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'reshape before the transpose mixes images and maps',
    'conv2d',
    {
      what: 'the product comes as (maps, images, …) and is reshaped to (images, maps, …) without moving its memory',
      link: 'https://github.com/ggml-org/ggml/pull/737',
      names: ['map laid out as CNHW'],
    },
    () =>
      ({ x, w, b }, a) => {
        const y = conv({ x, w, b }, a)
        const { data } = transposed(y, [1, 0, 2, 3])
        return { shape: y.shape, data: data.subarray(0, count(y.shape)) }
      },
  ),
]
