/** How the fastest rung will compute a convolution or a pooling, by its shapes: what `cnn-oracle plan` prints. */
import type { Conv2dAttributes, Padding, Pair } from '../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dInputGradientSizes,
  conv2dSizes,
  convTranspose2dSizes,
} from '../reference/shape/convolution.ts'
import {
  averagePool2dGradientSizes,
  averagePool2dSizes,
  maxPool2dGradientSizes,
  maxPool2dSizes,
  type PoolSizes,
} from '../reference/shape/pooling.ts'
import { backwardLayers, forwardLayer, isDense } from './layers.ts'
import { planLayer } from './plan.ts'
import { planText } from './planText.ts'
import { type Pooling, planPool, poolings } from './pooling.ts'
import { poolText } from './poolText.ts'
import { planWoven } from './woven.ts'
import { wovenText } from './wovenText.ts'

/** Operators that have a plan. */
export const planned = ['conv2d', 'conv2dInputGradient', 'convTranspose2d', ...poolings] as const

type Shapes = Readonly<Record<string, readonly number[]>>

/** Attributes of a case, as they are or as they are usual. */
export interface Given {
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly groups?: number
  readonly inputSize?: Pair
  readonly outputPadding?: Pair
  readonly kernel?: Pair
  readonly ceilMode?: boolean
  readonly countIncludePad?: boolean
}

/** Undefined for an operator without a plan. Throws ShapeError where shapes do not fit. */
export function explain(operator: string, shapes: Shapes, given: Given): string | undefined {
  const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1 } = given
  const a = { stride, padding, dilation, groups }
  const { x = [], w = [], dy = [] } = shapes
  if (operator === 'conv2d') return forward(conv2dSizes(x, w, undefined, a), a)
  if (operator === 'conv2dInputGradient') {
    return backward(conv2dInputGradientSizes(dy, w, { ...a, inputSize: given.inputSize ?? [0, 0] }), a)
  }
  if (operator === 'convTranspose2d') {
    const sizes = convTranspose2dSizes(x, w, undefined, { ...a, outputPadding: given.outputPadding ?? [0, 0] })
    return backward(sizes, a)
  }
  const { kernel = [1, 1], ceilMode = false, countIncludePad = true, inputSize = [0, 0] } = given
  const window = { kernel, stride, padding, dilation, ceilMode }
  const mean = { kernel, stride, padding, ceilMode, countIncludePad }
  const pool = (pooling: Pooling, sizes: PoolSizes): string =>
    poolText(pooling, sizes, planPool(pooling, sizes, window))
  if (operator === 'maxPool2d') return pool(operator, maxPool2dSizes(x, window))
  if (operator === 'maxPool2dGradient') return pool(operator, maxPool2dGradientSizes(x, dy, window))
  if (operator === 'averagePool2d') return pool(operator, averagePool2dSizes(x, mean))
  if (operator === 'averagePool2dGradient') {
    return pool(operator, averagePool2dGradientSizes(dy, { ...mean, inputSize }))
  }
  return undefined
}

const forward = (sizes: Conv2dSizes, a: Conv2dAttributes): string =>
  isDense(sizes, a) ? denseText(sizes) : planText(planLayer(forwardLayer(sizes, a)))

function backward(sizes: Conv2dSizes, a: Conv2dAttributes): string {
  if (isDense(sizes, a)) return denseText(sizes)
  const woven = planWoven(sizes, a)
  if (woven) return wovenText(woven)
  const one = a.stride.every((step) => step === 1)
  const texts = backwardLayers(sizes, a).layers.map(({ down, across, layer }) => {
    const every = (first: number, step: number): string => `${first}, ${first + step}, …`
    const name = `outputs h = ${every(down.first, a.stride[0])} w = ${every(across.first, a.stride[1])}\n`
    return (one ? '' : name) + planText(planLayer(layer, one))
  })
  return texts.length > 0 ? texts.join('\n\n') : 'no output meets a tap: the bias alone'
}

const denseText = ({ N, M, C, R, S }: Conv2dSizes): string =>
  [
    `algorithm dense: the kernel is as large as the image; one product of matrices, ${N}×${C * R * S} by ${C * R * S}×${M}`,
    `work      ${((2 * N * M * C * R * S) / 1e6).toFixed(2)} MFLOP`,
    'kernels   pack, run',
  ].join('\n')
