/** Poolings: what wins, what divides, who takes the error. */
import { cellsOf, largest, maxGradient, meanBy, pool, properDivisor, unpool } from '../base/pool.ts'
import { empty, four, picked } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

export const poolingMistakes: readonly Wrong[] = [
  wrong(
    'NaN loses every comparison',
    'maxPool2d',
    {
      what: 'NaN in a window is passed over, as v > max is false for it',
      link: 'https://github.com/pytorch/pytorch/issues/7645',
      names: ['NaN skipped'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, (values) => values.reduce((most, v) => picked(v > most, v, most), -Infinity)),
  ),
  wrong(
    'NaN stays if it comes first',
    'maxPool2d',
    {
      what: 'the maximum starts from the first cell, so that a NaN there stays and one later is passed over',
      link: 'https://github.com/Theano/Theano/issues/3060',
      names: ['NaN kept as the first of its window alone'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, (values) => values.reduce((most, v) => picked(v > most, v, most))),
  ),
  wrong(
    'the last comparison decides about NaN',
    'maxPool2d',
    {
      what: 'max(a,b) = a > b ? a : b, so that whatever comes after a NaN wins against it',
      link: 'https://github.com/tensorflow/tensorflow/issues/125965',
      names: ['NaN forgotten by the next cell'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, (values) => values.reduce((most, v) => picked(most > v, most, v), -Infinity)),
  ),
  wrong(
    'padding of a maximum is zero',
    'maxPool2d',
    {
      what: 'the image is padded with 0 before the maximum is taken, so that negative borders become 0',
      link: 'https://github.com/pytorch/pytorch/issues/41294',
      names: ['padding counts as 0 for the maximum'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, (values) => {
          const padded = values.length < a.kernel[0] * a.kernel[1]
          const most = largest(values)
          return padded && most < 0 ? 0 : most
        }),
  ),
  wrong(
    'maximum starts at 0',
    'maxPool2d',
    {
      what: 'the accumulator is cleared to 0, as behind a relu nobody notices',
      link: 'https://github.com/Tencent/ncnn/issues/1152',
      names: ['maximum starts at 0'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, (values) => Math.max(largest(values), 0)),
  ),
  wrong(
    'maximum starts at −FLT_MAX',
    'maxPool2d',
    {
      what: 'a window of −∞ gives the lowest finite number',
      link: 'https://github.com/pytorch/pytorch/issues/39044',
      names: ['maximum starts at the lowest finite number'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, (values) => Math.max(largest(values), -3.4028234663852886e38)),
  ),
  wrong(
    'overhang of ceil_mode counted',
    'averagePool2d',
    {
      what: 'with count_include_pad every window is divided by R·S, also where ceil_mode lets it reach beyond the padding',
      link: 'https://github.com/sonos/tract/pull/2851',
      names: ['cells beyond the padding counted with countIncludePad'],
    },
    () =>
      ({ x }, a) =>
        pool(
          x,
          a,
          meanBy((inside) => (a.countIncludePad ? a.kernel[0] * a.kernel[1] : inside)),
        ),
  ),
  wrong(
    'overhang of ceil_mode counted in the gradient',
    'averagePool2dGradient',
    {
      what: 'forward clips the window to the padded input, backward divides by the whole kernel',
      link: 'https://github.com/tracel-ai/burn/issues/5604',
      names: ['cells beyond the padding counted with countIncludePad'],
    },
    () =>
      ({ dy }, a) =>
        unpool(dy, a.inputSize, a, (cells, error) => {
          const divisor = a.countIncludePad ? a.kernel[0] * a.kernel[1] : cells.length
          return cells.map((cell) => [cell, error / divisor] as const)
        }),
  ),
  wrong(
    'padding always counted',
    'averagePool2d',
    {
      what: 'there is no count_include_pad: padded cells count in the divisor',
      link: 'https://github.com/apache/tvm/issues/1144',
      names: ['padding counted in the mean', 'divides by the whole window'],
    },
    () =>
      ({ x }, a) =>
        pool(x, a, meanBy(properDivisor({ ...a, countIncludePad: true }, x.shape[2]!, x.shape[3]!))),
  ),
  wrong(
    'kernel in reverse order',
    'averagePool2d',
    {
      what: 'kernel, stride and padding arrive with height and width exchanged',
      link: 'https://github.com/llvm/torch-mlir/pull/4144',
      names: ['axes of window, stride and padding swapped'],
    },
    () =>
      ({ x }, a) => {
        const [[r, s], [sh, sw], [t, l, b, q]] = [a.kernel, a.stride, a.padding]
        const turned = { ...a, kernel: [s, r], stride: [sw, sh], padding: [l, t, q, b] } as const
        return pool(x, turned, meanBy(properDivisor(turned, x.shape[2]!, x.shape[3]!)))
      },
  ),
  wrong(
    'gradient divided by nothing',
    'averagePool2dGradient',
    {
      what: 'a divisor that was not given arrives as 0',
      link: 'https://github.com/dotnet/TorchSharp/pull/189',
      names: ['divided by 0'],
    },
    () =>
      ({ dy }, a) =>
        unpool(dy, a.inputSize, a, (cells, error) => cells.map((cell) => [cell, error / 0] as const)),
  ),
  wrong(
    'gradient does not pass',
    'averagePool2dGradient',
    {
      what: 'the layer hands back zeros',
      link: 'https://github.com/mashmawy/AlbiruniML/issues/2',
      names: ['nothing computed'],
    },
    () =>
      ({ dy }, a) =>
        empty([dy.shape[0]!, dy.shape[1]!, ...a.inputSize]),
  ),
  wrong(
    'dilation missing in the backward pass',
    'maxPool2dGradient',
    {
      what: 'im2col of the backward pass is called without the dilation',
      link: 'https://github.com/deeplearning4j/deeplearning4j/issues/4100',
      names: ['dilation ignored'],
    },
    () => (o, a) => maxGradient(o, { ...a, dilation: [1, 1] }),
  ),
  wrong(
    'every maximum takes the error',
    'maxPool2dGradient',
    {
      what: 'each cell that equals the maximum gets the whole error, as Theano has it',
      link: 'https://github.com/tensorflow/tensorflow/issues/4886',
      names: ['tie to all'],
    },
    () =>
      ({ x, dy }, a) => {
        const [, , H, W] = four(x)
        return unpool(dy, [H, W], a, (cells, error, plane) => {
          const value = (cell: number): number => x.data[plane * H * W + cell]!
          const most = Math.max(...cells.map(value))
          return cells.filter((cell) => value(cell) === most).map((cell) => [cell, error] as const)
        })
      },
  ),
  wrong(
    'maxima share the error',
    'maxPool2dGradient',
    {
      what: 'cells that equal the maximum divide the error evenly, as reduce_max has it',
      link: 'https://github.com/tensorflow/tensorflow/issues/51682',
      names: ['tie shared'],
    },
    () =>
      ({ x, dy }, a) => {
        const [, , H, W] = four(x)
        return unpool(dy, [H, W], a, (cells, error, plane) => {
          const value = (cell: number): number => x.data[plane * H * W + cell]!
          const most = Math.max(...cells.map(value))
          const best = cells.filter((cell) => value(cell) === most)
          return best.map((cell) => [cell, error / best.length] as const)
        })
      },
  ),
  wrong(
    'a maximum of several windows gets one error',
    'maxPool2dGradient',
    {
      what: 'windows overlap and the error is assigned, not added',
      link: 'https://github.com/FluxML/Flux.jl/issues/1197',
      names: ['overlapping windows overwrite one another'],
    },
    () => (o, a) => maxGradient(o, a, (_, more) => more),
  ),
  wrong(
    'position counted from the padding',
    'maxPool2dGradient',
    {
      what: 'argmax is an index into the padded image and used as one into the image',
      link: 'https://github.com/tensorflow/tensorflow/issues/10216',
    },
    () =>
      ({ x, dy }, a) => {
        const [, , H, W] = four(x)
        return unpool(dy, [H, W], a, (cells, error, plane) => {
          const best = cells.reduce((m, c) => (x.data[plane * H * W + c]! > x.data[plane * H * W + m]! ? c : m))
          const width = W + a.padding[1] + a.padding[3]
          const padded = (Math.floor(best / W) + a.padding[0]) * width + (best % W) + a.padding[1]
          return [[padded % (H * W), error]]
        })
      },
  ),
  wrong(
    'windows of the backward pass begin at the image',
    'averagePool2dGradient',
    {
      what: 'the place of a cell in the image is taken for its place in the padded image: each window hands on its error further down and right',
      link: 'https://github.com/pytorch/pytorch/issues/188344',
    },
    () =>
      ({ dy }, a) => {
        const [H, W] = a.inputSize
        const divisor = properDivisor(a, H, W)
        const unpadded = { ...a, padding: [0, 0, 0, 0] } as const
        return unpool(dy, a.inputSize, a, (cells, error, _, p, q) => {
          const part = error / divisor(cells.length, p, q)
          return cellsOf(unpadded, p, q, H, W).map((cell) => [cell, part] as const)
        })
      },
  ),
]
