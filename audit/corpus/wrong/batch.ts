/** Batches, groups, channels and biases taken for one another or left out. */
import { Unsupported } from '../../../reference/contract.ts'
import { biased, conv, mapExtents, spread, transposedExtents, weightGradient } from '../base/im2col.ts'
import { empty, filled, four, mapped, two } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

export const batchMistakes: readonly Wrong[] = [
  wrong(
    'doubled filters are interleaved',
    'conv2d',
    {
      what: 'map m is computed from channel group m mod G instead of ⌊m/(M/G)⌋',
      link: 'https://github.com/Theano/Theano/issues/6297',
      names: ['maps dealt to the groups in turn'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [[N, C, H, W], [M, Cg, R, S], [P, Q]] = [four(x), four(w), mapExtents(x, w, a)]
        const y = empty([N, M, P, Q])
        for (let n = 0; n < N; n++)
          for (let m = 0; m < M; m++) {
            const g = m % a.groups
            const image = {
              shape: [1, Cg, H, W],
              data: x.data.slice((n * C + g * Cg) * H * W, (n * C + (g + 1) * Cg) * H * W),
            }
            const filter = { shape: [1, Cg, R, S], data: w.data.slice(m * Cg * R * S, (m + 1) * Cg * R * S) }
            y.data.set(conv({ x: image, w: filter, b: undefined }, { ...a, groups: 1 }).data, (n * M + m) * P * Q)
          }
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'groups all read the first channels',
    'conv2d',
    {
      what: 'a grouped product forgets the offset of the group into the image: later groups read the channels of the first',
      link: 'https://github.com/pytorch/pytorch/issues/19912',
      names: ['groups ignored'],
    },
    () => (o, a) => conv(o, a, { firstChannel: () => 0 }),
  ),
  wrong(
    'groups all use the first filters in the gradient',
    'conv2dInputGradient',
    {
      what: 'weights are not advanced by the group in the backward pass',
      link: 'https://github.com/microsoft/CNTK/issues/3294',
      names: ['kernels of the first group for all'],
    },
    () =>
      ({ dy, w }, a) =>
        spread(dy, w, a, a.inputSize, { firstFilter: () => 0 }),
  ),
  wrong(
    'batch of one alone',
    'conv2d',
    {
      what: 'a kernel written for one image: the others of a batch stay empty',
      link: 'https://github.com/Pegessi/conv2d_direct/issues/1',
      names: ['first image alone is computed'],
    },
    () =>
      ({ x, w, b }, a) => {
        const [, C, H, W] = four(x)
        const first = conv({ x: { shape: [1, C, H, W], data: x.data.slice(0, C * H * W) }, w, b }, a)
        const [, M, P, Q] = four(first)
        const y = empty([x.shape[0]!, M, P, Q])
        y.data.set(first.data)
        return y
      },
  ),
  wrong(
    'every image is convolved with the first',
    'conv2d',
    {
      what: 'the pointer to the image is not advanced by the batch',
      link: 'https://github.com/Ghustwb/MobileNet-SSD-TensorRT/issues/39',
      names: ['every image is the first', 'every image repeats the first'],
    },
    () =>
      ({ x, w, b }, a) => {
        const size = x.data.length / x.shape[0]!
        return conv({ x: mapped(x, (_, i) => x.data[i % size]!), w, b }, a)
      },
  ),
  wrong(
    'last tile of a batch is not computed',
    'conv2d',
    {
      what: 'results are wrong where the batch is larger than a tile and no multiple of it (32 there, 4 here)',
      link: 'https://github.com/NervanaSystems/neon/issues/361',
      names: ['tail of 4 images not computed'],
    },
    () => (o, a) => {
      const y = conv(o, a)
      const [N, M, P, Q] = four(y)
      if (N > 4 && N % 4 !== 0) y.data.fill(0, (N - (N % 4)) * M * P * Q)
      return y
    },
  ),
  wrong(
    'gradient of the last image alone',
    'conv2dWeightGradient',
    {
      what: 'gradients of a batch are written to one place without being added: the last one stays',
      link: 'https://github.com/openvdb/fvdb-core/pull/434',
      names: ['last image alone'],
    },
    () => (o, a) => weightGradient(o, a, {}, (_, more) => more),
  ),
  wrong(
    'gradient of the bias is the error',
    'denseBiasGradient',
    {
      what: 'gradient = error, right for a batch of one: the errors of the others are not added',
      link: 'https://github.com/mlpack/mlpack/pull/3679',
      names: ['first image alone'],
    },
    () =>
      ({ dy }) =>
        filled([dy.shape[1]!], (o) => dy.data[o]!),
  ),
  wrong(
    'gradient of the bias averaged',
    'denseBiasGradient',
    {
      what: 'mean instead of sum over the batch',
      link: 'https://github.com/kvfrans/notes/issues/5',
      names: ['divided by the batch'],
    },
    () =>
      ({ dy }) => {
        const [N, O] = two(dy)
        return filled([O], (o) => {
          let sum = 0
          for (let n = 0; n < N; n++) sum = Math.fround(sum + dy.data[n * O + o]!)
          return sum / N
        })
      },
  ),
  wrong(
    'gradients divided by the steps of the kernel',
    'conv2dBiasGradient',
    {
      what: 'weight and bias gradients are divided by the number of positions, so that they do not grow with the image',
      link: 'https://github.com/Oneflow-Inc/oneflow/pull/255',
      names: ['divided by the number of positions'],
    },
    () =>
      ({ dy }) => {
        const [N, M, P, Q] = four(dy)
        return filled([M], (m) => {
          let sum = 0
          for (let n = 0; n < N; n++)
            for (let i = 0; i < P * Q; i++) sum = Math.fround(sum + dy.data[(n * M + m) * P * Q + i]!)
          return sum / (P * Q)
        })
      },
  ),
  wrong(
    'weight gradient averaged over the batch',
    'denseWeightGradient',
    {
      what: 'dot(gradᵀ, data)/m where the sum is asked for',
      link: 'https://github.com/heyxhh/nnet-numpy/issues/1',
      names: ['divided by the batch'],
    },
    () =>
      ({ x, dy }) => {
        const [[N, I], [, O]] = [two(x), two(dy)]
        return filled([O, I], (at) => {
          const [o, i] = [Math.floor(at / I), at % I]
          let sum = 0
          for (let n = 0; n < N; n++) sum = Math.fround(sum + Math.fround(dy.data[n * O + o]! * x.data[n * I + i]!))
          return sum / N
        })
      },
  ),
  wrong(
    'bias once for every input channel',
    'convTranspose2d',
    {
      what: 'the bias is added inside the loop over the input channels',
      link: 'https://github.com/kraiskil/onnx2c/pull/40',
      names: ['bias added once a channel'],
    },
    () =>
      ({ x, w, b }, a) => {
        const y = spread(x, w, a, transposedExtents(x, w, a))
        if (b) for (let m = 0; m < x.shape[1]!; m++) biased(y, b)
        return y
      },
  ),
  wrong(
    'bias on every overlap',
    'convTranspose2d',
    {
      what: 'pieces with the bias in them are overlapped and added: where windows overlap the bias counts as often',
      link: 'https://github.com/sonos/tract/pull/2204',
      names: ['bias added with every window'],
    },
    () =>
      ({ x, w, b }, a) => {
        const size = transposedExtents(x, w, a)
        const y = spread(x, w, a, size)
        if (!b) return y
        const [[, , P, Q], [M, , R, S], [N, C]] = [four(x), four(w), four(y)]
        const one = spread(
          filled([1, 1, P, Q], () => 1),
          filled([1, 1, R, S], () => 1),
          { ...a, groups: 1 },
          size,
        )
        if (M < 1) throw new Unsupported('no input channel')
        const plane = size[0] * size[1]
        for (let i = 0; i < N * C * plane; i++)
          y.data[i] = y.data[i]! + b.data[Math.floor(i / plane) % C]! * Math.max(one.data[i % plane]!, 1)
        return y
      },
  ),
  wrong(
    'bias of the last axis',
    'conv2d',
    {
      what: 'the bias is broadcast along the last axis, as in a channels-last result',
      link: 'https://github.com/wkcn/mobula/issues/1',
      names: ['bias by position'],
    },
    () =>
      ({ x, w, b }, a) => {
        const y = conv({ x, w, b: undefined }, a)
        const [, M, , Q] = four(y)
        return b ? mapped(y, (v, i) => v + b.data[(i % Q) % M]!) : y
      },
  ),
  wrong(
    'bias of the image added',
    'convTranspose2d',
    {
      what: 'a bias of zeros makes the first input value be added to every result: the wrong memory is bound as bias',
      link: 'https://github.com/ARM-software/ComputeLibrary/issues/380',
    },
    () =>
      ({ x, w, b }, a) => {
        const y = spread(x, w, a, transposedExtents(x, w, a))
        return b ? biased(y, x) : y
      },
  ),
]
