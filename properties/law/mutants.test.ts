/** Each law breaks where an implementation makes a mistake of the kind that it is there for: the textbook, but for one operator. */
import { describe, expect, it } from 'vitest'
import { real } from '../../reference/arithmetic/real.ts'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import { type AttributeBag, operatorRow } from '../../reference/operators.ts'
import { convert, type Tensor } from '../../reference/tensor.ts'
import { textbook } from '../../reference/textbook.ts'
import * as the from './index.ts'
import { along, every, exact, range, reshaped, scaled, transposed, turned, type Value } from './value.ts'

type Operands = Readonly<Record<string, Value>>
type Call = (operands: Operands, attributes: AttributeBag) => Value

/** What a mistaken operator gives, for its operands, its attributes and the textbook's operator. */
type Wrong = (operands: Operands, attributes: AttributeBag, right: Call) => Value

/** Operands as values, with the memory of the caller. */
const seen = (operands: Readonly<Record<string, Tensor | undefined>>): Operands =>
  Object.fromEntries(Object.entries(operands).flatMap(([name, t]) => (t ? [[name, exact(t.shape, t.data)]] : [])))

const textbookOf =
  (operator: OperatorName): Call =>
  (operands, attributes) => {
    const { shape, data } = operatorRow(operator).textbook(real, operands, attributes)
    return exact(shape, data)
  }

type Raw = (operands: Readonly<Record<string, Tensor | undefined>>, attributes: AttributeBag) => Tensor

const withOperator = (operator: OperatorName, made: Raw): Implementation => ({
  ...textbook,
  name: 'mutant',
  operators: Object.fromEntries([...Object.entries(textbook.operators), [operator, made]]),
})

const mutant = (operator: OperatorName, wrong: Wrong): Implementation =>
  withOperator(operator, (operands, attributes) => wrong(seen(operands), attributes, textbookOf(operator)))

const changed = (v: Value, change: (value: number, i: number) => number): Value => exact(v.shape, v.data.map(change))

/** Mistakes of any operator. */
const cutOff: Wrong = (o, a, right) => changed(right(o, a), (v) => Math.max(0, v))
const meanOverBatch: Wrong = (o, a, right) => changed(right(o, a), (v) => v / Object.values(o)[0]!.shape[0]!)
const staleFirstValue: Wrong = (o, a, right) => {
  const y = right(o, a)
  const image = y.data.length / y.shape[0]!
  return changed(y, (v, i) => (i > 0 && i % image === 0 ? y.data[i - image]! : v))
}

/** Mistakes of convolutions. */
const turnsTheKernel: Wrong = (o, a, right) => right({ ...o, w: turned(o.w!, 2) }, a)
const groupOffsetForgotten: Wrong = (o, a, right) => {
  const Cg = o.w!.shape[1]!
  return right(
    {
      ...o,
      x: along(
        o.x!,
        1,
        range(a.groups! * Cg).map((c) => c % Cg),
      ),
    },
    a,
  )
}
const paddingOnTheWrongEnd: Wrong = (o, a, right) => {
  const [t, l, b, r] = a.padding!
  return right(o, { ...a, padding: [b, r, t, l] })
}
const edgeRepeated: Wrong = (o, a, right) => {
  const [t, l, b, r] = a.padding!
  const clamped = (n: number, before: number, after: number): number[] =>
    range(before + n + after, -before).map((i) => Math.min(Math.max(i, 0), n - 1))
  const [H, W] = [o.x!.shape[2]!, o.x!.shape[3]!]
  const x = along(along(o.x!, 2, clamped(H, t, b)), 3, clamped(W, l, r))
  return right({ ...o, x }, { ...a, padding: [0, 0, 0, 0] })
}
const centreOfTheStride: Wrong = (o, a, right) => {
  const all = right(o, { ...a, stride: [1, 1] })
  const like = right(o, a)
  const picks = (axis: 2 | 3, s: number): number[] =>
    every(like.shape[axis]!, s).map((i) => Math.min(i + (s >> 1), all.shape[axis]! - 1))
  return along(along(all, 2, picks(2, a.stride![0])), 3, picks(3, a.stride![1]))
}
const columnsNotDilated: Wrong = (o, a, right) =>
  along(right(o, { ...a, dilation: [a.dilation![0], 1] }), 3, range(right(o, a).shape[3]!))
const lastMapRepeats: Wrong = (o, a, right) => {
  const [M, order] = [o.w!.shape[0]!, range(o.w!.shape[0]!)]
  order[M - 1] = Math.max(0, M - 2)
  return along(right(o, a), 1, order)
}
const lastChannelLeftOut: Wrong = (o, a, right) => {
  const Cg = o.w!.shape[1]!
  return right({ ...o, w: along(o.w!, 1, [...range(Cg - 1), -1]) }, a)
}
const firstRowLeftOut: Wrong = (o, a, right) =>
  right({ ...o, x: along(o.x!, 2, [-1, ...range(o.x!.shape[2]! - 1, 1)]) }, a)
const biasTwice: Wrong = (o, a, right) => right(o.b ? { ...o, b: scaled(2, o.b) } : o, a)
/** Numbers of a matrix (I,J) taken in the order of (J,I). */
const misread = (w: Value): Value => reshaped(transposed(reshaped(w, [w.shape[1]!, w.shape[0]!]), [1, 0]), w.shape)
const weightsMisread: Wrong = (o, a, right) =>
  right({ ...o, w: reshaped(misread(reshaped(o.w!, o.w!.shape.slice(0, 2))), o.w!.shape) }, a)

/** Mistakes of sequences. */
const correlates =
  (correlation: OperatorName): Wrong =>
  (o, a) =>
    textbookOf(correlation)(o, a)
const sameFromTheMiddle: Wrong = (o, a, right) => {
  if (a.mode !== 'same') return right(o, a)
  const cut = (all: Value, n: number, axis: number): Value => along(all, axis, range(n, o.g!.shape[axis]! >> 1))
  return o.f!.shape.reduce(cut, right(o, { mode: 'full' }))
}

/** Mistakes of poolings. */
const sumsInstead: Wrong = (o, a, right) => scaled(a.kernel![0] * a.kernel![1], right(o, a))
const countsThePadding: Wrong = (o, a, right) => right(o, { ...a, countIncludePad: true })
const lastErrorLost: Wrong = (o, a, right) =>
  right({ ...o, dy: changed(o.dy!, (v, i) => (i === o.dy!.data.length - 1 ? 0 : v)) }, a)
const largestMagnitude: Wrong = (o, a, right) => right({ ...o, x: changed(o.x!, Math.abs) }, a)

/** A function of one number in place of an activation. */
const instead =
  (f: (z: number) => number): Wrong =>
  (o) =>
    changed(o.x!, (z) => f(z))
const negated: Wrong = (o, a, right) => scaled(-1, right(o, a))

const withoutLogarithm: Wrong = ({ x, t }) => {
  const K = x!.shape[1]!
  const rowMax = (n: number): number => Math.max(...x!.data.subarray(n * K, (n + 1) * K))
  return exact([], [t!.data.reduce((sum, v, i) => sum + v * (rowMax(Math.floor(i / K)) - x!.data[i]!), 0)])
}

type Row = readonly [law: the.Law, mistake: string, operator: OperatorName, wrong: Wrong]

const of = (family: Readonly<Record<string, the.Law>>, mistake: string, wrong: Wrong): Row[] =>
  Object.values(family).map((law) => [law, mistake, law.operator, wrong])

const { convolve1d, convolve2d, correlate1d, correlate2d } = the.modesArePartsOfFull
const pairs = [
  ['convolve1d', 'correlate1d'],
  ['convolve2d', 'correlate2d'],
] as const

const rows: readonly Row[] = [
  ...pairs.flatMap(([operator, correlation]): Row[] => [
    [the.convolutionCommutes[operator], 'kernel not turned', operator, correlates(correlation)],
    [the.convolutionAssociates[operator], 'kernel not turned', operator, correlates(correlation)],
    [the.deltaIsIdentity[operator], 'kernel not turned', operator, correlates(correlation)],
    [the.transformsMultiply[operator], 'kernel not turned', operator, correlates(correlation)],
    [the.correlationTurnsTheKernel[correlation], 'kernel turned', correlation, correlates(operator)],
  ]),
  ...[convolve1d, convolve2d, correlate1d, correlate2d].map(
    (law): Row => [law, `'same' from ⌊k/2⌋ on`, law.operator, sameFromTheMiddle],
  ),
  ...of(the.linearity, 'negative results are cut off', cutOff),
  ...of(the.biasIsAdded, 'bias added twice', biasTwice),
  [the.shiftEquivariance.conv2d, 'padding repeats the edge', 'conv2d', edgeRepeated],
  [the.shiftEquivariance.convTranspose2d, 'first row left out', 'convTranspose2d', firstRowLeftOut],
  ...of(the.batchIndependence, 'an image starts with a value of the one before', staleFirstValue),
  ...of(the.batchAdditivity, 'mean over the batch', meanOverBatch),
  [the.outputChannelsPermute, 'the last map repeats the one before', 'conv2d', lastMapRepeats],
  [the.inputChannelsPermute, 'the last channel is left out', 'conv2d', lastChannelLeftOut],
  [the.groupsPermute, 'every group reads the channels of the first', 'conv2d', groupOffsetForgotten],
  [the.paddingIsZeros, 'padding on the wrong end', 'conv2d', paddingOnTheWrongEnd],
  ...of(the.strideSamples, 'the centre of each stride', centreOfTheStride),
  [the.dilationSpreadsTheKernel, 'dilation ignored for columns', 'conv2d', columnsNotDilated],
  [the.groupsAreBlocks, 'every group reads the channels of the first', 'conv2d', groupOffsetForgotten],
  [the.pointwiseIsMatrixProduct, 'weights read as (C,M)', 'conv2d', weightsMisread],
  [the.fullKernelIsDense, 'kernel turned', 'conv2d', turnsTheKernel],
  [the.transposedIsInputGradient, 'kernel turned', 'convTranspose2d', turnsTheKernel],
  [the.inputGradientIsAdjoint.conv2d, 'kernel turned', 'conv2dInputGradient', turnsTheKernel],
  [the.inputGradientIsAdjoint.convTranspose2d, 'padding on the wrong end', 'convTranspose2d', paddingOnTheWrongEnd],
  [the.inputGradientIsAdjoint.dense, 'weights read as (I,O)', 'denseInputGradient', weightsMisread],
  [
    the.weightGradientIsAdjoint.conv2d,
    'gradient turned',
    'conv2dWeightGradient',
    (o, a, right) => turned(right(o, a), 2),
  ],
  [the.weightGradientIsAdjoint.dense, 'mean over the batch', 'denseWeightGradient', meanOverBatch],
  [the.biasGradientIsAdjoint.conv2d, 'last error lost', 'conv2dBiasGradient', lastErrorLost],
  [the.biasGradientIsAdjoint.convTranspose2d, 'last error lost', 'conv2dBiasGradient', lastErrorLost],
  [the.biasGradientIsAdjoint.dense, 'mean over the batch', 'denseBiasGradient', meanOverBatch],
  [the.poolingGradientIsAdjoint.averagePool2d, 'k² at the border', 'averagePool2dGradient', countsThePadding],
  [the.poolingGradientIsAdjoint.maxPool2d, 'largest magnitude', 'maxPool2dGradient', largestMagnitude],
  [the.meanIsDepthwiseConvolution, 'sum instead of mean', 'averagePool2d', sumsInstead],
  [the.meanDividesByItsCells, 'k² at the border', 'averagePool2d', countsThePadding],
  [the.maxIsAtLeastMean, 'sum instead of mean', 'averagePool2d', sumsInstead],
  [the.maxCommutesWithMonotoneMaps, 'the maximum starts at 0', 'maxPool2d', cutOff],
  [the.poolingGradientConserves.maxPool2dGradient, 'last error lost', 'maxPool2dGradient', lastErrorLost],
  [the.poolingGradientConserves.averagePool2dGradient, 'k² at the border', 'averagePool2dGradient', countsThePadding],
  [
    the.tanhIsOdd,
    'a table in steps of 1/64 where z > 0',
    'tanh',
    instead((z) => Math.tanh(z > 0 ? Math.round(64 * z) / 64 : z)),
  ],
  [the.tanhIsScaledSigmoid, 'Padé approximation', 'tanh', instead((z) => (z * (27 + z * z)) / (27 + 9 * z * z))],
  [the.sigmoidIsSymmetric, '0 below −8', 'sigmoid', instead((z) => (z < -8 ? 0 : 1 / (1 + Math.exp(-z))))],
  [the.reluIsIdempotent, 'leaks', 'relu', instead((z) => (z > 0 ? z : 0.01 * z))],
  [the.reluSplits, 'clips at 6', 'relu', instead((z) => Math.min(Math.max(z, 0), 6))],
  [the.softmaxSumsToOne, '10⁻³ added to the sum', 'softmax', (o, a, right) => changed(right(o, a), (v) => v / 1.001)],
  [the.softmaxIgnoresAConstant, 'maximum not subtracted', 'softmax', plainSoftmax],
  [
    the.softmaxIgnoresAConstant,
    'float32 inside',
    'softmax',
    (o, a, right) => right({ x: changed(o.x!, Math.fround) }, a),
  ],
  [the.softmaxKeepsOrder, 'least instead of largest', 'softmax', (o, a, right) => right({ x: scaled(-1, o.x!) }, a)],
  [
    the.quadraticCostIsLeastAtTarget,
    'sum instead of difference',
    'quadraticCost',
    (o, a, right) => right({ ...o, t: scaled(-1, o.t!) }, a),
  ],
  [
    the.quadraticCostIsHalfItsSlope,
    '½ forgotten',
    'quadraticCost',
    (o, a, right) => changed(right(o, a), (e) => 2 * e),
  ],
  [the.crossEntropyIsNotNegative, 'minus forgotten', 'softmaxCrossEntropy', negated],
  [the.crossEntropyIsLeastAtTarget, 'log Σ left out', 'softmaxCrossEntropy', withoutLogarithm],
  [
    the.crossEntropyGradientSumsToZero,
    'y − t, whatever Σt is',
    'softmaxCrossEntropyGradient',
    ({ x, t }) => changed(textbookOf('softmax')({ x: x! }, {}), (y, i) => y - t!.data[i]!),
  ],
  [the.stepLowersCost.quadraticCost, 't − y', 'quadraticCostGradient', negated],
  [the.stepLowersCost.softmaxCrossEntropy, 't − y', 'softmaxCrossEntropyGradient', negated],
  [the.stepLowersCost.dense, 'uphill', 'denseWeightGradient', negated],
]

function plainSoftmax({ x }: Operands): Value {
  const [e, K] = [changed(x!, Math.exp), x!.shape[1]!]
  const sum = (n: number): number => e.data.subarray(n * K, (n + 1) * K).reduce((a, b) => a + b)
  return changed(e, (v, i) => v / sum(Math.floor(i / K)))
}

/** Mistakes of conduct, of any operator. */
const conduct: readonly (readonly [
  family: Readonly<Record<string, the.Law>>,
  mistake: string,
  make: (right: Raw) => Raw,
])[] = [
  [
    the.operandsUnchanged,
    'works in place',
    (right) => (o, a) => {
      const result = right(o, a)
      const data = Object.values(o)[0]!.data
      data[0] = data[0]! / 2 + 1
      return result
    },
  ],
  [
    the.operandsUnchanged,
    'clears the cell behind an operand',
    (right) => (o, a) => {
      const { buffer, byteOffset, length } = Object.values(o)[0]!.data
      new Float64Array(buffer, byteOffset, length + 1)[length] = 0
      return right(o, a)
    },
  ],
  [
    { conv2d: the.operandsUnchanged.conv2d! },
    'counts groups down',
    (right) => (o, a) => {
      const result = right(o, a)
      Reflect.set(a, 'groups', 0)
      return result
    },
  ],
  [
    { maxPool2d: the.operandsUnchanged.maxPool2d! },
    'turns the padding round in its place',
    (right) => (o, a) => {
      const result = right(o, a)
      if (Array.isArray(a.padding)) a.padding.reverse()
      return result
    },
  ],
  [
    the.resultsNotShared,
    'one buffer for all results',
    (right) => {
      const scratch = new Float64Array(2 ** 16)
      return (o, a) => {
        const { shape, data } = right(o, a)
        scratch.set(data)
        return { shape, data: scratch.subarray(0, data.length) }
      }
    },
  ],
  [
    { relu: the.resultsNotShared.relu! },
    'answers in the memory of its operand',
    (right) => (o, a) => {
      const { shape, data } = right(o, a)
      o.x!.data.set(data)
      return { shape, data: o.x!.data }
    },
  ],
  [
    { dense: the.resultsNotShared.dense! },
    'one buffer a length',
    (right) => {
      const scratch = new Map<number, Float64Array>()
      return (o, a) => {
        const { shape, data } = right(o, a)
        const own = scratch.get(data.length) ?? new Float64Array(data.length)
        own.set(data)
        scratch.set(data.length, own)
        return { shape, data: own }
      }
    },
  ],
  [
    { relu: the.sameCallSameBits.relu! },
    'every third time a zero is −0',
    (right) => {
      let calls = 0
      return (o, a) => {
        const { shape, data } = right(o, a)
        return { shape, data: ++calls % 3 === 0 ? data.map((v) => (v === 0 ? -0 : v)) : data }
      }
    },
  ],
  [
    the.sameCallSameBits,
    'adds up over calls',
    (right) => {
      let calls = 0
      return (o, a) => {
        const result = right(o, a)
        result.data[0] = result.data[0]! + 2 ** 20 * calls++
        return result
      }
    },
  ],
]

describe('a law is broken by', () => {
  it.each(rows.map(([law, mistake, operator, wrong]) => [mistake, operator, law.equation, law, wrong] as const))(
    '%s in %s: %s',
    async (_mistake, operator, _equation, law, wrong) => {
      const report = await the.holdLaw(law, mutant(operator, wrong))
      expect(report?.broken?.outcome.kind).toBe('law')
    },
  )

  it.each(
    conduct.flatMap(([family, mistake, make]) =>
      Object.values(family).map((law) => [mistake, law.equation, law, make] as const),
    ),
  )('%s: %s', async (_mistake, _equation, law, make) => {
    const right: Raw = (o, a) => convert(operatorRow(law.operator).textbook(real, seen(o), a), 'float64')
    const report = await the.holdLaw(law, withOperator(law.operator, make(right)))
    expect(report?.broken?.outcome.kind).toBe('law')
  })

  it('at least one mistake each', () => {
    const tried = new Set([...rows.map(([law]) => law), ...conduct.flatMap(([family]) => Object.values(family))])
    expect(the.laws.filter((law) => !tried.has(law)).map((law) => law.equation)).toEqual([])
  })
})
