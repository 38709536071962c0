/** Stride, dilation, padding and sizes of sliding windows. */
import { Unsupported } from '../../../reference/contract.ts'
import { biased, conv, type Extent, spread, transposedExtents } from '../base/im2col.ts'
import { largest, meanBy, pool, properDivisor, windowsOf } from '../base/pool.ts'
import { empty, four, mapped } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

export const windowMistakes: readonly Wrong[] = [
  wrong(
    'strideWidth moves rows',
    'conv2d',
    {
      what: 'the layer uses the width of stride and dilation on rows, the rule beneath it on columns',
      link: 'https://github.com/mlpack/mlpack/issues/4050',
      names: [
        'stride axes swapped + dilation axes swapped',
        'dilation axes swapped + stride axes swapped',
        'axes of stride and dilation swapped',
      ],
    },
    () => (o, a) => {
      const [[sh, sw], [dh, dw]] = [a.stride, a.dilation]
      return conv(o, { ...a, stride: [sw, sh], dilation: [dw, dh] })
    },
  ),
  wrong(
    'col2patch knows one stride',
    'conv2dInputGradient',
    {
      what: 'packing back considers one dimension of the stride alone',
      link: 'https://github.com/apache/mxnet/pull/4704',
      names: ['stride of the height for both axes'],
    },
    () =>
      ({ dy, w }, a) =>
        spread(dy, w, a, a.inputSize, { window: { ...a, stride: [a.stride[0], a.stride[0]] } }),
  ),
  wrong(
    'end padding dropped',
    'conv2d',
    {
      what: 'the kernel reads padding_begin alone, for the size of the result as well: twice the beginning',
      link: 'https://github.com/tracel-ai/burn/issues/5601',
      names: ['padding of the leading end for both'],
    },
    () => (o, a) => {
      const [t, l] = a.padding
      return conv(o, { ...a, padding: [t, l, t, l] })
    },
  ),
  wrong(
    'end padding not read',
    'conv2d',
    {
      what: 'asymmetric padding: the end is counted as 0 in the size of the result',
      link: 'https://github.com/tracel-ai/burn/issues/5601',
      names: ['padding of the trailing end ignored'],
    },
    () => (o, a) => {
      const [t, l] = a.padding
      return conv(o, { ...a, padding: [t, l, 0, 0] })
    },
  ),
  wrong(
    'pad_top lost where it equals pad_left',
    'conv2d',
    {
      what: 'a parameter is not written where it equals another, and the old 0 stays: rows begin at the image',
      link: 'https://github.com/Tencent/ncnn/pull/6661',
    },
    () => (o, a) => {
      const [t, l, b, r] = a.padding
      return conv(o, a, { window: { ...a, padding: t === l ? [0, l, b, r] : [t, l, b, r] } })
    },
  ),
  wrong(
    'paddings in another order',
    'convTranspose2d',
    {
      what: 'sizes come as top, bottom, left, right and are taken apart as top, left, bottom, right',
      link: 'https://github.com/robertknight/rten/pull/1399',
      names: ['padding read as top, bottom, left, right'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [t, l, end, r] = a.padding
        const y = spread(x, w, a, transposedExtents(x, w, a), { window: { ...a, padding: [t, end, l, r] } })
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'SAME of TensorFlow taken symmetrically',
    'conv2d',
    {
      what: 'left and right are assumed to be equal, half of their sum rounded up: with a stride of 2 one cell too much in front',
      link: 'https://github.com/vtjeng/MIPVerify.jl/pull/23',
      names: ['padding split evenly, the larger half first'],
    },
    () => (o, a) => {
      const [t, l, b, r] = a.padding
      const [rows, columns] = [Math.ceil((t + b) / 2), Math.ceil((l + r) / 2)]
      return conv(o, a, { window: { ...a, padding: [rows, columns, rows, columns] } })
    },
  ),
  wrong(
    'SAME reckoned for the columns and copied to the rows',
    'conv2d',
    {
      what: 'the padding is computed once and used for both axes',
      link: 'https://github.com/Oldpan/Faceswap-Deepfake-Pytorch/issues/1',
      names: ['padding of the width for both axes'],
    },
    () => (o, a) => {
      const [, l, , r] = a.padding
      return conv(o, { ...a, padding: [l, l, r, r] })
    },
  ),
  wrong(
    'dilation never read',
    'conv2d',
    {
      what: 'the converter does not read dilation_rate and the default of 1 is used throughout',
      link: 'https://github.com/fastmachinelearning/hls4ml/issues/1508',
      names: ['dilation ignored'],
    },
    () => (o, a) => conv(o, { ...a, dilation: [1, 1] }),
  ),
  wrong(
    'dilation missing in the gradient of the input',
    'conv2dInputGradient',
    {
      what: 'the reference implementation of the gradient knows no dilation',
      link: 'https://github.com/Theano/Theano/issues/4729',
      names: ['dilation ignored'],
    },
    () =>
      ({ dy, w }, a) =>
        spread(dy, w, a, a.inputSize, { window: { ...a, dilation: [1, 1] } }),
  ),
  wrong(
    'valid sizes refused with a dilation',
    'conv2dInputGradient',
    {
      what: 'the expected input size is computed without the dilation, and a size that fits is refused',
      link: 'https://github.com/pytorch/pytorch/issues/13008',
    },
    () =>
      ({ dy, w }, a) => {
        const [[, , P, Q], [, , R, S]] = [four(dy), four(w)]
        const least = [
          (P - 1) * a.stride[0] - a.padding[0] - a.padding[2] + R,
          (Q - 1) * a.stride[1] - a.padding[1] - a.padding[3] + S,
        ]
        const fits = a.inputSize.every((n, i) => n >= least[i]! && n < least[i]! + a.stride[i]!)
        if (!fits)
          throw new Error(`requested an input grad size of [${a.inputSize}], but valid sizes range from [${least}]`)
        return spread(dy, w, a, a.inputSize)
      },
  ),
  wrong(
    'right edge reads the row below',
    'conv2d',
    {
      what: 'boundary columns whose window reaches into the padding read what follows in memory',
      link: 'https://github.com/uxlfoundation/oneDNN/issues/5080',
      names: ['columns not checked at the border'],
    },
    () => (o, a) =>
      conv(o, a, {
        pixel: (c, h, v, { H, W }) => {
          const row = h + Math.floor(v / W)
          const column = ((v % W) + W) % W
          return row < 0 || row >= H ? -1 : (c * H + row) * W + column
        },
      }),
  ),
  wrong(
    'Winograd tiles lie r−1 apart instead of m',
    'conv2d',
    {
      what: 'F(4×4,3×3) takes its input tiles 2 apart as F(2×2,3×3) does, right in the first tile alone',
      link: 'https://github.com/adam-dziedzic/winograd/issues/1',
    },
    () => (o, a) => {
      const [, , R, S] = four(o.w)
      if (R !== 3 || S !== 3 || [...a.stride, ...a.dilation].some((v) => v !== 1))
        throw new Unsupported('F(4×4,3×3) knows 3×3 kernels of stride 1')
      const tiled = (i: number): number => Math.floor(i / 4) * 2 + (i % 4)
      const right = conv(o, a)
      const [, , P, Q] = four(right)
      return mapped(right, (_, i) => {
        const [p, q] = [Math.floor(i / Q) % P, i % Q]
        return right.data[i - p * Q - q + tiled(p) * Q + tiled(q)]!
      })
    },
  ),
  wrong(
    'padding taken for the sum of both sides',
    'maxPool2d',
    {
      what: 'the offset is −pad/2 and the size (n + pad − size)/stride + 1, where padding was meant for each side',
      link: 'https://github.com/AlexeyAB/darknet/issues/3706',
      names: ['padding taken for the sum of both ends'],
    },
    () =>
      ({ x }, a) => {
        const [t, l] = a.padding
        const before = [t >> 1, l >> 1] as const
        const halved = { ...a, padding: [before[0], before[1], t - before[0], l - before[1]] } as const
        return pool(x, halved, largest)
      },
  ),
  wrong(
    'output_padding missing in the shape',
    'convTranspose2d',
    {
      what: 'the shape function does not add output_padding',
      link: 'https://github.com/pytorch/pytorch/issues/98129',
      names: ['output padding ignored'],
    },
    () =>
      ({ x, w, b }, a) => {
        const y = spread(x, w, a, transposedExtents(x, w, { ...a, outputPadding: [0, 0] }))
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'output padding filled with zeros',
    'convTranspose2d',
    {
      what: 'the extra rows and columns are padded with 0 instead of being computed',
      link: 'https://github.com/llvm/torch-mlir/pull/2026',
      names: ['output padding filled with zeros'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [H, W] = transposedExtents(x, w, a)
        const small = spread(x, w, a, [H - a.outputPadding[0], W - a.outputPadding[1]])
        if (b) biased(small, b)
        const [N, C, h, v] = four(small)
        const y = empty([N, C, H, W])
        for (let i = 0; i < small.data.length; i++) {
          const plane = Math.floor(i / (h * v))
          y.data[(plane * H + (Math.floor(i / v) % h)) * W + (i % v)] = small.data[i]!
        }
        return y
      },
  ),
  wrong(
    'ceil_mode not read',
    'maxPool2d',
    {
      what: 'the importer looks for another attribute, and ceil_mode=1 has no effect',
      link: 'https://github.com/opencv/opencv/issues/17966',
      names: ['ceilMode ignored'],
    },
    () =>
      ({ x }, a) =>
        pool(x, { ...a, ceilMode: false }, largest),
  ),
  wrong(
    'always rounds up',
    'averagePool2d',
    {
      what: 'the size is rounded up whatever ceil_mode says, as Caffe did before it had the flag',
      link: 'https://github.com/ethereon/netscope/issues/25',
      names: ['ceilMode always'],
    },
    () =>
      ({ x }, a) =>
        pool(x, { ...a, ceilMode: true }, meanBy(properDivisor({ ...a, ceilMode: true }, x.shape[2]!, x.shape[3]!))),
  ),
  wrong(
    'last window lies in the padding alone',
    'maxPool2d',
    {
      what: 'with ceil_mode a window that would start beyond the input is not dropped: the result is a row too long',
      link: 'https://github.com/microsoft/onnxruntime/issues/15446',
      names: ['last window beyond the input not dropped'],
    },
    () =>
      ({ x }, a) => {
        const more = (
          n: number,
          before: number,
          after: number,
          k: number,
          s: number,
          d: number,
          up: boolean,
        ): number =>
          up ? Math.ceil((n + before + after - d * (k - 1) - 1) / s) + 1 : windowsOf(n, before, after, k, s, d, up)
        const [, , H, W] = four(x)
        const extents = [0, 1].map((i) =>
          more([H, W][i]!, a.padding[i]!, a.padding[i + 2]!, a.kernel[i]!, a.stride[i]!, a.dilation[i]!, a.ceilMode),
        )
        return pool(x, a, largest, [extents[0]!, extents[1]!])
      },
  ),
  wrong(
    'size of a convolution rounded up',
    'conv2d',
    {
      what: 'a convolution counts its windows as a pooling with ceil does: a last window that reaches beyond the padding',
      link: 'https://github.com/pytorch/pytorch/issues/71549',
      names: ['size rounded up'],
    },
    () => (o, a) => conv(o, a, { extent: roundedUp }),
  ),
]

const roundedUp: Extent = (n, before, after, k, s, d) => Math.ceil((n + before + after - (d * (k - 1) + 1)) / s) + 1
