/** Activations, softmax and costs. */
import { Unsupported } from '../../../reference/contract.ts'
import { costOf, rowsOf, softmaxOf } from '../base/softmax.ts'
import { empty, filled, mapped, picked, two } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

const f = Math.fround
const sigma = (z: number): number => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)))

export const functionMistakes: readonly Wrong[] = [
  wrong(
    'relu of NaN is 0',
    'relu',
    {
      what: 'x > 0 ? x : 0 swallows NaN',
      link: 'https://github.com/pytorch/pytorch/issues/7999',
      names: ['NaN becomes 0'],
    },
    () =>
      ({ x }) =>
        mapped(x, (v) => picked(v > 0, v, 0)),
  ),
  wrong(
    'sigmoid overflows',
    'sigmoid',
    {
      what: 'eˣ/(1+eˣ) in float32: NaN from 89 on',
      link: 'https://github.com/clab/dynet/issues/1525',
      names: ['sigmoid by a power that overflows'],
    },
    () =>
      ({ x }) =>
        mapped(x, (v) => f(f(Math.exp(v)) / f(1 + f(Math.exp(v))))),
  ),
  wrong(
    'tanh overflows',
    'tanh',
    {
      what: '(e²ˣ − 1)/(e²ˣ + 1): NaN for large x',
      link: 'https://github.com/karpathy/micrograd/pull/29',
      names: ['tanh by a power that overflows'],
    },
    () =>
      ({ x }) =>
        mapped(x, (v) => {
          const e = f(Math.exp(2 * v))
          return Math.abs(v) < 0.3 ? Math.tanh(v) : (e - 1) / (e + 1)
        }),
  ),
  wrong(
    'hard sigmoid of ONNX',
    'sigmoid',
    {
      what: 'max(0, min(1, x/5 + ½)) for the sigmoid',
      link: 'https://github.com/Theano/Theano/pull/1392',
      names: ['hard sigmoid of slope 1/5'],
    },
    () =>
      ({ x }) =>
        mapped(x, (v) => (Number.isNaN(v) ? v : Math.max(0, Math.min(1, 0.2 * v + 0.5)))),
  ),
  wrong(
    'hard sigmoid of PyTorch',
    'sigmoid',
    {
      what: 'x/6 + ½ between −3 and 3',
      link: 'https://github.com/llvm/torch-mlir/pull/2682',
      names: ['hard sigmoid of slope 1/6'],
    },
    () =>
      ({ x }) =>
        mapped(x, (v) => (Number.isNaN(v) ? v : Math.max(0, Math.min(1, v / 6 + 0.5)))),
  ),
  wrong(
    'slope of tanh taken from its output',
    'tanhGradient',
    {
      what: '1 − tanh²(y), where y is tanh of the sum already',
      link: 'https://github.com/davidrmiller/neural2d/issues/40',
      names: ['slope of the input instead of the output'],
    },
    () =>
      ({ y, dy }) =>
        mapped(dy, (d, i) => d * (1 - Math.tanh(y.data[i]!) ** 2)),
  ),
  wrong(
    'slope of sigmoid taken from its output',
    'sigmoidGradient',
    {
      what: 'σ(y)(1 − σ(y)), where y is the output',
      link: 'https://github.com/tsoding/nn.h/issues/18',
      names: ['slope of the input instead of the output'],
    },
    () =>
      ({ y, dy }) =>
        mapped(dy, (d, i) => d * sigma(y.data[i]!) * (1 - sigma(y.data[i]!))),
  ),
  wrong(
    'tangent left out',
    'sigmoidGradient',
    {
      what: 'y(1−y) is returned without the incoming error',
      link: 'https://github.com/DiffSharp/DiffSharp/issues/16',
      names: ['slope without dy'],
    },
    () =>
      ({ y }) =>
        mapped(y, (v) => v * (1 - v)),
  ),
  wrong(
    'tanh slope of one power',
    'tanhGradient',
    {
      what: '1 − y instead of 1 − y²',
      link: 'https://github.com/scutan90/DeepLearning-500-questions/issues/466',
      names: ['slope 1−y'],
    },
    () =>
      ({ y, dy }) =>
        mapped(dy, (d, i) => d * f(1 - y.data[i]!)),
  ),
  wrong(
    'softmax of large numbers',
    'softmax',
    {
      what: 'eˣ over its sum, the maximum is not subtracted',
      link: 'https://github.com/deeplearning4j/deeplearning4j/issues/6039',
      names: ['softmax without shift'],
    },
    () =>
      ({ x }) =>
        softmaxOf(x, () => 0),
  ),
  wrong(
    'softmax over everything',
    'softmax',
    {
      what: 'one sum for all axes',
      link: 'https://github.com/nntrainer/nntrainer/pull/430',
      names: ['softmax over all axes'],
    },
    () =>
      ({ x }) => ({ shape: x.shape, data: softmaxOf({ shape: [1, x.data.length], data: x.data }).data }),
  ),
  wrong(
    'softmax down the columns',
    'softmax',
    {
      what: 'the axis is counted from the other side',
      link: 'https://github.com/apache/mxnet/issues/10145',
      names: ['softmax over the wrong axis'],
    },
    () =>
      ({ x }) => {
        const [N, K] = two(x)
        const turned = filled([K, N], (i) => x.data[(i % N) * K + Math.floor(i / N)]!)
        const y = softmaxOf(turned)
        return filled([N, K], (i) => y.data[(i % K) * N + Math.floor(i / K)]!)
      },
  ),
  wrong(
    'maximum of the whole batch subtracted',
    'softmax',
    {
      what: 'one maximum for all rows: a row far below it underflows to 0/0',
      link: 'https://github.com/apache/singa/pull/540',
      names: ['shifted by the maximum of all rows'],
    },
    () =>
      ({ x }) => {
        return softmaxOf(x, (t) => Math.max(...t.data))
      },
  ),
  wrong(
    'gradient of softmax copied',
    'softmaxGradient',
    {
      what: 'the error of the output is copied to the input',
      link: 'https://github.com/pjreddie/darknet/pull/96',
      names: ['error passed on unchanged'],
    },
    () =>
      ({ dy }) =>
        mapped(dy, (v) => v),
  ),
  wrong(
    'gradient of softmax by element',
    'softmaxGradient',
    {
      what: 'y(1−y)·δ, the diagonal of the Jacobian alone',
      link: 'https://github.com/pocketpy/cTensor/pull/31',
      names: ['diagonal alone'],
    },
    () =>
      ({ y, dy }) =>
        mapped(dy, (d, i) => y.data[i]! * f(1 - y.data[i]!) * d),
  ),
  wrong(
    'logarithm of a softmax that is 0',
    'softmaxCrossEntropy',
    {
      what: 'softmax first, logarithm after: log 0 where an output underflows',
      link: 'https://github.com/dmlc/gluon-cv/issues/942',
      names: ['logarithm of a softmax that underflows'],
    },
    () =>
      ({ x, t }) => {
        const y = softmaxOf(x)
        let sum = 0
        for (let i = 0; i < y.data.length; i++) sum = f(sum - f(t.data[i]! * f(Math.log(y.data[i]!))))
        return filled([], () => sum)
      },
  ),
  wrong(
    'logits cut off at −64',
    'softmaxCrossEntropy',
    {
      what: 'x − max is limited to −64 before the loss, so that a cost is never above 64 and log Σ',
      link: 'https://github.com/PaddlePaddle/Paddle/pull/21165',
      names: ['shifted logits cut off at −64'],
    },
    () =>
      ({ x, t }) =>
        filled([], () => costOf(x, t, (z) => Math.max(z, -64))),
  ),
  wrong(
    'small number under the logarithm',
    'softmaxCrossEntropy',
    {
      what: 'log(y + 1e-7) keeps the logarithm finite and changes every cost',
      link: 'https://github.com/tiny-dnn/tiny-dnn/issues/410',
      names: ['1e-7 added under the logarithm'],
    },
    () =>
      ({ x, t }) => {
        const y = softmaxOf(x)
        let sum = 0
        for (let i = 0; i < y.data.length; i++) sum = f(sum - f(t.data[i]! * f(Math.log(f(y.data[i]! + 1e-7)))))
        return filled([], () => sum)
      },
  ),
  wrong(
    'gradient of cross-entropy through log softmax',
    'softmaxCrossEntropyGradient',
    {
      what: 'Δ/softmax is fed to the gradient of softmax: 0/0 or ∞·0 where an output underflows',
      link: 'https://github.com/FluxML/NNlib.jl/issues/68',
    },
    () =>
      ({ x, t }) => {
        const y = softmaxOf(x)
        const dy = mapped(t, (v, i) => -v / y.data[i]!)
        const dx = empty(x.shape)
        for (const [from, to] of rowsOf(x)) {
          let dot = 0
          for (let i = from; i < to; i++) dot = f(dot + f(dy.data[i]! * y.data[i]!))
          for (let i = from; i < to; i++) dx.data[i] = y.data[i]! * f(dy.data[i]! - dot)
        }
        return dx
      },
  ),
  wrong(
    'cost averaged over the batch',
    'softmaxCrossEntropy',
    {
      what: 'the mean over the batch is returned where the sum is asked for',
      link: 'https://github.com/intel/ipex-llm/issues/2079',
      names: ['divided by the batch'],
    },
    () =>
      ({ x, t }) =>
        filled([], () => costOf(x, t) / x.shape[0]!),
  ),
  wrong(
    'squared error without ½',
    'quadraticCost',
    {
      what: 'Σ(t−y)² with the gradient of the halved one',
      link: 'https://github.com/acids-ircam/creative_ml/pull/6',
      names: ['doubled'],
    },
    () =>
      ({ y, t }) => {
        let sum = 0
        for (let i = 0; i < y.data.length; i++) sum = f(sum + f(f(t.data[i]! - y.data[i]!) ** 2))
        return filled([], () => sum)
      },
  ),
  wrong(
    'gradient of the squared error averaged',
    'quadraticCostGradient',
    {
      what: 'gradients are averaged over the minibatch',
      link: 'https://github.com/davharris/mistnet/issues/33',
      names: ['divided by the batch'],
    },
    () =>
      ({ y, t }) =>
        mapped(y, (v, i) => f(v - t.data[i]!) / y.shape[0]!),
  ),
  wrong(
    'slope of relu at NaN',
    'reluGradient',
    {
      what: 'x ≤ 0 ? 0 : δ lets the error of a NaN through',
      link: 'https://github.com/apache/mxnet/pull/14262',
      names: ['slope 1 at NaN'],
    },
    () =>
      ({ x, dy }) =>
        mapped(dy, (d, i) => (x.data[i]! <= 0 ? 0 : d)),
  ),
  wrong(
    'softmax in place needs a row of four',
    'softmax',
    {
      what: 'rows are loaded in fours: where three are left the fourth of the next row is added to the sum',
      link: 'https://github.com/google/XNNPACK/issues/1003',
    },
    () =>
      ({ x }) => {
        const K = x.shape[1]!
        const y = softmaxOf(x)
        if (K % 4 !== 3) return y
        if (x.shape.length !== 2) throw new Unsupported('matrices alone')
        return mapped(y, (v, i) => {
          const n = Math.floor(i / K)
          const [own, next] = [Array.from(x.data.subarray(n * K, (n + 1) * K)), x.data[(n + 1) * K] ?? -Infinity]
          const most = Math.max(...own)
          const sum = own.reduce((a, b) => a + Math.exp(b - most), 0)
          return (v * sum) / (sum + Math.exp(next - most))
        })
      },
  ),
]
