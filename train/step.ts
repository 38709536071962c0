/**
 * Forward and backward over the operators of any Implementation: F9–F12, F23–F28 and F30, one operator call at a time, each told to an
 * observer. The textbook's own networkStep is the same over an Arithmetic; the network is its data (Layer).
 */
import { type Implementation, type OperatorName, type Tensor, Unsupported } from '../reference/contract.ts'
import type { CostName, Layer } from '../reference/network/index.ts'
import { type AnyOperands, type AttributeBag, callOperator } from '../reference/operators.ts'
import { sizeOf } from '../reference/tensor.ts'

type Weighted = Extract<Layer<number>, { readonly w: unknown }>
/** Parameters are typed arrays in the precision of the implementation. */
export type TypedLayer = Exclude<Layer<number>, Weighted> | (Weighted & Gradients)

export interface Network {
  readonly layers: readonly TypedLayer[]
  readonly cost: CostName
}

export interface Called {
  /** Position in the layers; their number for the cost. */
  readonly layer: number
  readonly operator: OperatorName
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: AttributeBag
  readonly result: Tensor
}
export type Observer = (called: Called) => void

export interface Gradients {
  readonly w: Tensor
  readonly b: Tensor
}
export interface Step {
  readonly y: Tensor
  /** E, summed over the batch. */
  readonly cost: number
  readonly gradients: readonly (Gradients | undefined)[]
}

/** Calls one operator. Throws Unsupported where the implementation leaves it out. */
async function call(
  by: Implementation,
  layer: number,
  operator: OperatorName,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
  observe: Observer | undefined,
): Promise<Tensor> {
  const result = await callOperator(by, operator, operands, attributes)
  if (result === undefined)
    throw new Unsupported(`${by.name} does not offer ${operator}, which layer ${layer} needs; train with another`)
  observe?.({ layer, operator, operands: operands as Called['operands'], attributes, result })
  return result
}

/** outputs[0] is x, outputs[l+1] the output of layer l. */
export async function forward(
  by: Implementation,
  { layers }: Network,
  x: Tensor,
  observe?: Observer,
): Promise<Tensor[]> {
  const outputs = [x]
  for (const [l, layer] of layers.entries()) {
    const x = outputs[l]!
    const run = (name: OperatorName, o: AnyOperands<number>, a: AttributeBag = {}) => call(by, l, name, o, a, observe)
    outputs.push(await one())
    async function one(): Promise<Tensor> {
      switch (layer.kind) {
        case 'conv2d':
          return run('conv2d', { x, w: layer.w, b: layer.b }, layer.attributes)
        case 'dense':
          return run('dense', { x, w: layer.w, b: layer.b })
        case 'maxPool2d':
        case 'averagePool2d':
          return run(layer.kind, { x }, layer.attributes)
        case 'activation':
          return layer.f === 'identity' ? x : run(layer.f, { x })
        case 'softmax':
          return run('softmax', { x })
        case 'flatten':
          return { shape: [x.shape[0]!, sizeOf(x.shape.slice(1))], data: x.data }
      }
    }
  }
  return outputs
}

/** Forward, cost and backward for x (N,1,28,28), t (N,10). The error of the images themselves is nobody's and is not computed. */
export async function step(
  by: Implementation,
  network: Network,
  x: Tensor,
  t: Tensor,
  observe?: Observer,
): Promise<Step> {
  const { layers, cost } = network
  const outputs = await forward(by, network, x, observe)
  const y = outputs.at(-1)!
  const last = layers.length
  const ends = cost === 'quadratic' ? { y, t } : { x: y, t }
  const name = cost === 'quadratic' ? 'quadraticCost' : 'softmaxCrossEntropy'
  const E = await call(by, last, name, ends, {}, observe)
  let dy = await call(by, last, `${name}Gradient`, ends, {}, observe)
  const gradients: (Gradients | undefined)[] = layers.map(() => undefined)
  for (let l = last - 1; l >= 0; l--) {
    const layer = layers[l]!
    const [x, y] = [outputs[l]!, outputs[l + 1]!]
    const plane = (of: { shape: readonly number[] }) => [of.shape[2]!, of.shape[3]!] as const
    const run = (name: OperatorName, o: AnyOperands<number>, a: AttributeBag = {}) => call(by, l, name, o, a, observe)
    if (layer.kind === 'conv2d' || layer.kind === 'dense') {
      const { kind, w } = layer
      const own = kind === 'conv2d' ? layer.attributes : {}
      gradients[l] = {
        w: await run(`${kind}WeightGradient`, { x, dy }, kind === 'conv2d' ? { ...own, kernelSize: plane(w) } : own),
        b: await run(`${kind}BiasGradient`, { dy }),
      }
      if (l > 0)
        dy = await run(`${kind}InputGradient`, { dy, w }, kind === 'conv2d' ? { ...own, inputSize: plane(x) } : own)
    } else if (layer.kind === 'maxPool2d') dy = await run('maxPool2dGradient', { x, dy }, layer.attributes)
    else if (layer.kind === 'averagePool2d')
      dy = await run('averagePool2dGradient', { dy }, { ...layer.attributes, inputSize: plane(x) })
    else if (layer.kind === 'flatten') dy = { shape: x.shape, data: dy.data }
    else if (layer.kind === 'softmax') dy = await run('softmaxGradient', { y, dy })
    else if (layer.f !== 'identity') dy = await run(`${layer.f}Gradient`, layer.f === 'relu' ? { x, dy } : { y, dy })
  }
  return { y, cost: E.data[0]!, gradients }
}
