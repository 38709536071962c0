/**
 * F14, F26–F28 through tf.conv2d, tf.depthwiseConv2d, tf.conv2dTranspose and their automatic derivatives. Filters are
 * (R,S,C,M), depthwise (R,S,C,M/C); a bias is tf.add, or part of tf.fused.conv2d. tfjs has no groups but the depthwise
 * ones: groups=1 goes to conv2d, groups=C to depthwiseConv2d, others are not offered.
 */
import {
  type Conv2dAttributes,
  type Operands,
  type Operators,
  type Pair,
  Unsupported,
} from '../../../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dBiasGradientShape,
  conv2dInputGradientSizes,
  conv2dSizes,
  conv2dWeightGradientSizes,
  convTranspose2dSizes,
} from '../../../reference/shape/convolution.ts'
import { shapeText, type Tensor } from '../../../reference/tensor.ts'
import { hwimToOihw, hwioToOihw, nchwToNhwc, nhwcToNchw, oihwToHwim, oihwToHwio } from '../layout.ts'
import { enter, evaluate, rank4, type Tf, type TfTensor, type TfTensor4D, zeros } from './bridge.ts'
import { explicit, refuseStridedDilation, type Way } from './way.ts'

/** One way to convolve: how padding is said, in which data format, and by which function. */
export interface ConvolutionWay {
  readonly pad: Way
  readonly format: 'NHWC' | 'NCHW'
  readonly fused: boolean
}

type Layer = (x: TfTensor, w: TfTensor, b?: TfTensor) => TfTensor4D
type Convolutions = Pick<
  Operators,
  'conv2d' | 'conv2dInputGradient' | 'conv2dWeightGradient' | 'conv2dBiasGradient' | 'convTranspose2d'
>

const isDepthwise = ({ G, C, Cg }: Conv2dSizes): boolean => G > 1 && G === C && Cg === 1

/** The call of tfjs that is the layer, or Unsupported. */
function layer(tf: Tf, way: ConvolutionWay, operator: string, sizes: Conv2dSizes, a: Conv2dAttributes): Layer {
  const { G, C, H, W, R, S } = sizes
  const depthwise = isDepthwise(sizes)
  if (G !== 1 && !depthwise) {
    throw new Unsupported(
      `${operator}: tfjs has no grouped convolution but the depthwise one (groups = channels); groups=${G}, ${C} channels`,
    )
  }
  if (depthwise && way.format === 'NCHW') {
    throw new Unsupported(
      `${operator}: tf.depthwiseConv2d documents "Only "NHWC" is currently supported" as dataFormat`,
    )
  }
  refuseStridedDilation(operator, a)
  const { pad } = way.pad({ operator, input: [H, W], window: { ...a, kernel: [R, S] }, ceilMode: false })
  const strides: [number, number] = [...a.stride]
  const dilations: [number, number] = [...a.dilation]
  const dataFormat = way.format
  if (way.fused && depthwise) {
    if (typeof pad === 'object') {
      throw new Unsupported(`${operator}: tf.fused.depthwiseConv2d takes 'valid', 'same' or a number as pad, no pairs`)
    }
    return (x, w, b) => tf.fused.depthwiseConv2d({ ...filtered(x, w, b), strides, pad, dataFormat, dilations })
  }
  if (way.fused) return (x, w, b) => tf.fused.conv2d({ ...filtered(x, w, b), strides, pad, dataFormat, dilations })
  const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d
  return (x, w, b) => {
    const y = convolve(rank4(x), rank4(w), strides, pad, dataFormat, dilations)
    if (b === undefined) return y
    return rank4(tf.add(y, dataFormat === 'NCHW' ? tf.reshape(b, [b.size, 1, 1]) : b))
  }
}

const filtered = (x: TfTensor, w: TfTensor, b: TfTensor | undefined) => ({
  x: rank4(x),
  filter: rank4(w),
  ...(b === undefined ? {} : { bias: b }),
})

export function convolutions(tf: Tf, way: ConvolutionWay): Convolutions {
  const enterData = (x: Tensor): TfTensor => enter(tf, way.format === 'NCHW' ? x : nchwToNhwc(x))
  const leaveData = (y: Tensor): Tensor => (way.format === 'NCHW' ? y : nhwcToNchw(y))
  const zeroData = ([N, C, H, W]: readonly [number, number, number, number]): TfTensor =>
    zeros(tf, way.format === 'NCHW' ? [N, C, H, W] : [N, H, W, C])
  const enterFilter = (w: Tensor, sizes: Conv2dSizes): TfTensor => enterFilterOf(tf, w, sizes)
  const enterBias = (b: Tensor | undefined): TfTensor | undefined => (b === undefined ? undefined : enter(tf, b))

  return {
    conv2d({ x, w, b }, a) {
      const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
      const convolve = layer(tf, way, 'conv2d', sizes, a)
      return leaveData(evaluate(tf, () => convolve(enterData(x), enterFilter(w, sizes), enterBias(b))))
    },

    // The layer is linear in x, so its derivative may be taken at x = 0.
    conv2dInputGradient({ dy, w }, a) {
      const sizes = conv2dInputGradientSizes(dy.shape, w.shape, a)
      const { N, C, H, W } = sizes
      const convolve = layer(tf, way, 'conv2dInputGradient', sizes, a)
      return leaveData(
        evaluate(tf, () => {
          const filter = enterFilter(w, sizes)
          return tf.grad((x) => convolve(x, filter))(zeroData([N, C, H, W]), enterData(dy))
        }),
      )
    },

    // Likewise at w = 0.
    conv2dWeightGradient({ x, dy }, a) {
      const sizes = conv2dWeightGradientSizes(x.shape, dy.shape, a)
      const { M, C, R, S } = sizes
      const depthwise = isDepthwise(sizes)
      const convolve = layer(tf, way, 'conv2dWeightGradient', sizes, a)
      const dw = evaluate(tf, () => {
        const data = enterData(x)
        const filter = zeros(tf, depthwise ? [R, S, C, M / C] : [R, S, C, M])
        return tf.grad((w) => convolve(data, w))(filter, enterData(dy))
      })
      return depthwise ? hwimToOihw(dw) : hwioToOihw(dw)
    },

    // db does not depend on the convolution before the bias: a 1×1 kernel over one channel of zeros stands for it.
    conv2dBiasGradient({ dy }) {
      conv2dBiasGradientShape(dy.shape)
      const [N, M, P, Q] = [dy.shape[0]!, dy.shape[1]!, dy.shape[2]!, dy.shape[3]!]
      const sizes = conv2dSizes([N, 1, P, Q], [M, 1, 1, 1], [M], pointwise)
      const convolve = layer(tf, way, 'conv2dBiasGradient', sizes, pointwise)
      return evaluate(tf, () => {
        const [x, w] = [zeroData([N, 1, P, Q]), zeros(tf, [1, 1, 1, M])]
        return tf.grad((b) => convolve(x, w, b))(zeros(tf, [M]), enterData(dy))
      })
    },

    convTranspose2d({ x, w, b }, a) {
      const { H, W } = convTranspose2dSizes(x.shape, w.shape, b?.shape, a)
      const transposed = transposedLayer(tf, way.pad, 'convTranspose2d', { x, w }, [H, W], a)
      return nhwcToNchw(
        evaluate(tf, () => transposed(enter(tf, nchwToNhwc(x)), enter(tf, oihwToHwio(w)), enterBias(b))),
      )
    },
  }
}

/** tf.conv2dTranspose takes the shape of its output, which says outputPadding too; it has no dilations and no groups. */
function transposedLayer(
  tf: Tf,
  pad: Way,
  operator: string,
  { x, w }: Pick<Operands<'convTranspose2d'>, 'x' | 'w'>,
  input: Pair,
  a: Conv2dAttributes,
): Layer {
  if (a.groups !== 1) throw new Unsupported(`${operator}: tf.conv2dTranspose has no groups; groups=${a.groups}`)
  if (a.dilation.some((d) => d !== 1)) {
    throw new Unsupported(`${operator}: tf.conv2dTranspose has no dilations; dilation=${shapeText(a.dilation)}`)
  }
  const [N, C, R, S] = [x.shape[0]!, w.shape[1]!, w.shape[2]!, w.shape[3]!]
  const said = pad({ operator, input, window: { ...a, kernel: [R, S] }, ceilMode: false })
  const strides: [number, number] = [...a.stride]
  return (x, w, b) => {
    const y = tf.conv2dTranspose(rank4(x), rank4(w), [N, ...input, C], strides, said.pad)
    return b === undefined ? y : rank4(tf.add(y, b))
  }
}

const enterFilterOf = (tf: Tf, w: Tensor, sizes: Conv2dSizes): TfTensor =>
  enter(tf, isDepthwise(sizes) ? oihwToHwim(w, sizes.C) : oihwToHwio(w))

/** A call over tensors made once: what it returns is the caller's to dispose of, as are its `own` tensors. */
export interface Held {
  call(): TfTensor
  readonly own: readonly (TfTensor | undefined)[]
}

/** A layer in NHWC, its padding said in pairs. */
function held(tf: Tf, convolve: Layer, x: Tensor, filter: TfTensor, b: Tensor | undefined): Held {
  const [data, bias] = [enter(tf, nchwToNhwc(x)), b && enter(tf, b)]
  const call = () => (bias === undefined ? convolve(data, filter) : tf.tidy(() => convolve(data, filter, bias)))
  return { call, own: [data, filter, bias] }
}

export function heldConv2d(tf: Tf, { x, w, b }: Operands<'conv2d'>, a: Conv2dAttributes): Held {
  const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
  const convolve = layer(tf, { pad: explicit, format: 'NHWC', fused: false }, 'conv2d', sizes, a)
  return held(tf, convolve, x, enterFilterOf(tf, w, sizes), b)
}

/** The transposed convolution that makes images of `size`; also the input gradient, of x = dy. */
export function heldTransposed(
  tf: Tf,
  operator: string,
  { x, w, b }: Operands<'convTranspose2d'>,
  size: Pair,
  a: Conv2dAttributes,
): Held {
  return held(tf, transposedLayer(tf, explicit, operator, { x, w }, size, a), x, enter(tf, oihwToHwio(w)), b)
}

const one: Pair = [1, 1]
const pointwise: Conv2dAttributes = { stride: one, padding: [0, 0, 0, 0], dilation: one, groups: 1 }
