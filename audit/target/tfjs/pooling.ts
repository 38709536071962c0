/**
 * F17, F18, F24, F25 through tf.maxPool and tf.avgPool, or through tf.pool, which adds dilations, and their automatic
 * derivatives. ceilMode is dimRoundingMode 'ceil'. tfjs averages over the cells inside the input, as
 * countIncludePad=false; where there is padding the other divisor is not offered.
 */
import { type AveragePool2dAttributes, type Operators, Unsupported } from '../../../reference/contract.ts'
import {
  averagePool2dGradientSizes,
  averagePool2dSizes,
  maxPool2dGradientSizes,
  maxPool2dSizes,
  type PoolSizes,
} from '../../../reference/shape/pooling.ts'
import type { Window } from '../../../reference/shape/window.ts'
import { shapeText, type Tensor } from '../../../reference/tensor.ts'
import { nchwToNhwc, nhwcToNchw } from '../layout.ts'
import { enter, evaluate, rank4, type Tf, type TfTensor, zeros } from './bridge.ts'
import { explicit, refuseStridedDilation, type Way } from './way.ts'

export interface PoolingWay {
  readonly pad: Way
  /** tf.pool(…, 'max') instead of tf.maxPool. */
  readonly general: boolean
}

type Poolings = Pick<Operators, 'maxPool2d' | 'maxPool2dGradient' | 'averagePool2d' | 'averagePool2dGradient'>

/** The call of tfjs that is the pooling, or Unsupported. */
function pooling(
  tf: Tf,
  way: PoolingWay,
  kind: 'max' | 'avg',
  operator: string,
  { H, W }: PoolSizes,
  a: Window & { readonly ceilMode: boolean },
): (x: TfTensor) => TfTensor {
  if (!way.general && a.dilation.some((d) => d !== 1)) {
    throw new Unsupported(`${operator}: tf.${kind}Pool has no dilations; dilation=${shapeText(a.dilation)}`)
  }
  refuseStridedDilation(operator, a)
  const { pad, dimRoundingMode } = way.pad({ operator, input: [H, W], window: a, ceilMode: a.ceilMode })
  const kernel: [number, number] = [...a.kernel]
  const strides: [number, number] = [...a.stride]
  const dilations: [number, number] = [...a.dilation]
  if (way.general) return (x) => tf.pool(rank4(x), kernel, kind, pad, dilations, strides, dimRoundingMode)
  const pool = kind === 'max' ? tf.maxPool : tf.avgPool
  return (x) => pool(rank4(x), kernel, strides, pad, dimRoundingMode)
}

/** tf.maxPool or tf.avgPool of x, padding said in pairs. Throws Unsupported. */
export function pooled(
  tf: Tf,
  kind: 'max' | 'avg',
  operator: string,
  { shape }: Tensor,
  a: Window & { readonly ceilMode: boolean },
): (x: TfTensor) => TfTensor {
  return pooling(tf, { pad: explicit, general: false }, kind, operator, maxPool2dSizes(shape, a), a)
}

/** The attributes of average pooling as a window, once the divisor is known to be the one of tfjs. */
export function averaging(operator: string, a: AveragePool2dAttributes): Window & { readonly ceilMode: boolean } {
  if (a.countIncludePad && a.padding.some((cells) => cells > 0)) {
    throw new Unsupported(
      `${operator}: tfjs divides by the cells inside the input; countIncludePad=true has no argument`,
    )
  }
  return { ...a, dilation: [1, 1] }
}

export function poolings(tf: Tf, way: PoolingWay): Poolings {
  return {
    maxPool2d({ x }, a) {
      const pool = pooling(tf, way, 'max', 'maxPool2d', maxPool2dSizes(x.shape, a), a)
      return nhwcToNchw(evaluate(tf, () => pool(enter(tf, nchwToNhwc(x)))))
    },

    maxPool2dGradient({ x, dy }, a) {
      const sizes = maxPool2dGradientSizes(x.shape, dy.shape, a)
      const pool = pooling(tf, way, 'max', 'maxPool2dGradient', sizes, a)
      return nhwcToNchw(evaluate(tf, () => tf.grad(pool)(enter(tf, nchwToNhwc(x)), enter(tf, nchwToNhwc(dy)))))
    },

    averagePool2d({ x }, a) {
      const sizes = averagePool2dSizes(x.shape, a)
      const pool = pooling(tf, way, 'avg', 'averagePool2d', sizes, averaging('averagePool2d', a))
      return nhwcToNchw(evaluate(tf, () => pool(enter(tf, nchwToNhwc(x)))))
    },

    // The mean is linear in x, so its derivative may be taken at x = 0.
    averagePool2dGradient({ dy }, a) {
      const operator = 'averagePool2dGradient'
      const sizes = averagePool2dGradientSizes(dy.shape, a)
      const { N, C, H, W } = sizes
      const pool = pooling(tf, way, 'avg', operator, sizes, averaging(operator, a))
      return nhwcToNchw(evaluate(tf, () => tf.grad(pool)(zeros(tf, [N, H, W, C]), enter(tf, nchwToNhwc(dy)))))
    },
  }
}
