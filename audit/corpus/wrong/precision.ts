/** Fewer bits than declared. */
import { bfloat16, flushed, half, tf32 } from '../base/float.ts'
import { gemmOf } from '../base/gemm.ts'
import { biased, conv } from '../base/im2col.ts'
import { mapped, two } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

/** Every product and partial sum rounded. */
const narrowGemm = (round: (v: number) => number) =>
  gemmOf((left, right) => {
    let sum = 0
    for (let k = 0; k < left.length; k++) sum = round(sum + round(left[k]! * right[k]!))
    return sum
  })

export const precisionMistakes: readonly Wrong[] = [
  wrong(
    'tensor cores by default',
    'conv2d',
    {
      what: 'allow_tf32 is on: operands are rounded to 11 bits',
      link: 'https://github.com/pytorch/pytorch/issues/107514',
      names: ['operands rounded to TF32'],
    },
    () =>
      ({ x, w, b }, a) => {
        const y = conv({ x: mapped(x, tf32), w: mapped(w, tf32) }, a)
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'half precision where channels fill the tiles',
    'conv2d',
    {
      what: 'a fast path of lower accuracy is taken where the channels are a multiple of 32 (4 here)',
      link: 'https://github.com/ml-explore/mlx/pull/4242',
      names: ['operands rounded to float16, where input channels and maps are multiples of 4'],
    },
    () =>
      ({ x, w, b }, a) => {
        if (w.shape[1]! % 4 !== 0 || w.shape[0]! % 4 !== 0) return conv({ x, w, b }, a)
        const y = conv({ x: mapped(x, half), w: mapped(w, half) }, a)
        return b ? biased(y, b) : y
      },
  ),
  wrong(
    'sums in bfloat16',
    'denseBiasGradient',
    {
      what: 'the accumulator has the type of the input: from 256 on adding 1 changes nothing',
      link: 'https://github.com/jax-ml/ml_dtypes/issues/63',
      names: ['sums kept in bfloat16'],
    },
    () =>
      ({ dy }) => {
        const [N, O] = two(dy)
        const sums = new Float32Array(O)
        for (let n = 0; n < N; n++)
          for (let o = 0; o < O; o++) sums[o] = bfloat16(sums[o]! + bfloat16(dy.data[n * O + o]!))
        return { shape: [O], data: sums }
      },
  ),
  wrong(
    'half accumulators',
    'conv2d',
    {
      what: 'products of halves are accumulated in half',
      link: 'https://github.com/tensorflow/tensorflow/issues/18443',
      names: ['sums kept in float16'],
    },
    () =>
      ({ x, w, b }, a) => {
        const y = conv({ x: mapped(x, half), w: mapped(w, half) }, a, { gemm: narrowGemm(half) })
        return b ? mapped(biased(y, b), half) : y
      },
  ),
  wrong(
    'partial sums stored as bfloat16',
    'dense',
    {
      what: 'the result of the product is written in the short format before the bias is added',
      link: 'https://github.com/modular/modular/issues/7165',
      names: ['result rounded to bfloat16'],
    },
    () =>
      ({ x, w, b }) => {
        const [[N, I], [O]] = [two(x), two(w)]
        const y = new Float32Array(N * O)
        for (let n = 0; n < N; n++)
          for (let o = 0; o < O; o++) {
            let sum = b?.data[o] ?? 0
            for (let i = 0; i < I; i++) sum = Math.fround(sum + Math.fround(x.data[n * I + i]! * w.data[o * I + i]!))
            y[n * O + o] = bfloat16(sum)
          }
        return { shape: [N, O], data: y }
      },
  ),
  wrong(
    'subnormal numbers flushed',
    'relu',
    {
      what: 'flush-to-zero is set for the whole process',
      link: 'https://github.com/Netflix/vectorflow/pull/23',
      names: [
        'subnormal numbers flushed to zero',
        'subnormal operands flushed to zero',
        'subnormal results flushed to zero',
      ],
    },
    () =>
      ({ x }) =>
        mapped(x, (v) => (Number.isNaN(v) ? v : flushed(Math.max(v, 0)))),
  ),
  wrong(
    'float64 computed as float32',
    'conv2d',
    {
      what: 'inputs of type float64 are cast to float32 before the convolution',
      link: 'https://github.com/keras-team/keras/issues/10964',
      names: ['computed in float32'],
      precision: 'float64',
    },
    () => (o, a) => {
      const { shape, data } = conv(o, a)
      return { shape, data: Float64Array.from(data) }
    },
  ),
]
