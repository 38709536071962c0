/**
 * Training: F13 with momentum and weight decay over batches, the order of the images drawn anew each epoch from the seed.
 *
 *   v ← μ v + ∂E/∂W / N + λ W,   W ← W − η·dᵉ·v,   e whole epochs done;   biases without λ
 *
 * Everything a run depends on is its settings, parameters, velocities, epoch and batch: a checkpoint holds those, and a run that
 * goes on from one has the same bits. First weights are uniform within ±1/√inputs (reference/network/articleNetwork.ts), times GAIN.
 */
import { Random } from '../properties/random.ts'
import { real } from '../reference/arithmetic/real.ts'
import type { Implementation, Precision, Tensor } from '../reference/contract.ts'
import { type ArticleVariant, articleNetwork } from '../reference/network/index.ts'
import { convert, tensor } from '../reference/tensor.ts'
import { DataError, type Dataset } from './idx.ts'
import type { Bundle } from './safetensors.ts'
import { forward, type Gradients, type Network, type Observer, step } from './step.ts'

export interface Settings {
  readonly variant: ArticleVariant
  readonly seed: number
  readonly batch: number
  readonly rate: number
  readonly momentum: number
  /** d, what is left of the rate after each epoch; 1 keeps it. */
  readonly decay: number
  /** λ, the pull of weights towards 0: that of ½ λ Σ W² in the cost. Source: Krogh & Hertz 1991. */
  readonly weightDecay: number
}

export interface Training {
  readonly settings: Settings
  readonly network: Network
  /** Like the parameters of each layer. */
  readonly velocities: readonly (Gradients | undefined)[]
  epoch: number
  /** Batches done of the epoch. */
  done: number
}

/**
 * The slope of the sigmoid is at most 1/4: with weights as for relu each layer passes a quarter of the differences between images on,
 * and training stands still for its first 20 epochs. Glorot & Bengio 2010 start the sigmoid 4 times as wide. relu passes half on:
 * He et al. 2015 give weights the variance 2/inputs, that of ±√6/√inputs. Of four maps fewer die: with a gain of 1 the network named
 * 84.9 % of 10,000 held out images after 15 epochs (batches of 64, rate 0.1 falling to 0), with √6 87.3 %.
 */
const GAIN: Readonly<Record<ArticleVariant, number>> = { mean: 4, max: Math.sqrt(6) }

export function begin(settings: Settings, precision: Precision): Training {
  const random = new Random(settings.seed)
  const { layers, cost } = articleNetwork(real, settings.variant, () => random.unit())
  const gain = GAIN[settings.variant]
  const typed = layers.map((layer) => {
    if (!('w' in layer)) return layer
    const { shape, data } = layer.w
    const w = convert({ shape, data: Float64Array.from(data, (value) => gain * value) }, precision)
    return { ...layer, w, b: convert(layer.b, precision) }
  })
  const velocities = typed.map((layer) =>
    'w' in layer ? { w: zeros(layer.w, precision), b: zeros(layer.b, precision) } : undefined,
  )
  return { settings, network: { layers: typed, cost }, velocities, epoch: 0, done: 0 }
}

const zeros = ({ shape, data }: Tensor, precision: Precision): Tensor =>
  tensor(shape, new Array(data.length).fill(0), precision)

/** Images as numbers in [0,1], (N,1,28,28), and their classes, (N,10). */
export function batchOf(
  { images, labels }: Dataset,
  chosen: ArrayLike<number>,
  precision: Precision,
): { x: Tensor; t: Tensor } {
  const N = chosen.length
  const x = tensor([N, 1, 28, 28], new Float32Array(N * 784), precision)
  const t = tensor([N, 10], new Float32Array(N * 10), precision)
  for (let n = 0; n < N; n++) {
    const from = chosen[n]! * 784
    for (let i = 0; i < 784; i++) x.data[n * 784 + i] = images[from + i]! / 255
    t.data[n * 10 + labels[chosen[n]!]!] = 1
  }
  return { x, t }
}

/** The order of an epoch follows from seed and epoch alone, so that a checkpoint need not hold it. */
export function orderOf({ settings, epoch }: Training, count: number): Float64Array {
  const order = Float64Array.from({ length: count }, (_, i) => i)
  new Random(settings.seed, epoch + 1).shuffle(order)
  return order
}

/** One step on x, t. Returns E / N before it. */
export async function descendOn(
  by: Implementation,
  training: Training,
  x: Tensor,
  t: Tensor,
  observe?: Observer,
): Promise<number> {
  const { network, velocities, settings } = training
  const { momentum, weightDecay } = settings
  const rate = settings.rate * settings.decay ** training.epoch
  const { cost, gradients } = await step(by, network, x, t, observe)
  const N = x.shape[0]!
  for (const [l, layer] of network.layers.entries()) {
    const [own, v] = [gradients[l], velocities[l]]
    if (!own || !v || !('w' in layer)) continue
    move(layer.w as Tensor, v.w, own.w, { rate, momentum, weightDecay }, N)
    move(layer.b as Tensor, v.b, own.b, { rate, momentum, weightDecay: 0 }, N)
  }
  return cost / N
}

function move(
  { data: w }: Tensor,
  { data: v }: Tensor,
  { data: g }: Tensor,
  { rate, momentum, weightDecay }: Pick<Settings, 'rate' | 'momentum' | 'weightDecay'>,
  N: number,
): void {
  for (let i = 0; i < w.length; i++) {
    v[i] = momentum * v[i]! + g[i]! / N + weightDecay * w[i]!
    w[i] = w[i]! - rate * v[i]!
  }
}

/** The part of a set that the network names rightly. */
export async function accuracyOn(by: Implementation, { network }: Training, set: Dataset): Promise<number> {
  let right = 0
  for (let from = 0; from < set.count; from += 250) {
    const chosen = Array.from({ length: Math.min(250, set.count - from) }, (_, i) => from + i)
    const y = (await forward(by, network, batchOf(set, chosen, by.precision).x)).at(-1)!
    chosen.forEach((image, n) => {
      const answer = y.data.subarray(n * 10, n * 10 + 10)
      if (answer.indexOf(Math.max(...answer)) === set.labels[image]) right++
    })
  }
  return right / set.count
}

export function checkpointOf({ settings, network, velocities, epoch, done }: Training): Bundle {
  const tensors: Record<string, Tensor> = {}
  for (const [l, layer] of network.layers.entries()) {
    const v = velocities[l]
    if (!v || !('w' in layer)) continue
    Object.assign(tensors, {
      [`${l}.w`]: layer.w,
      [`${l}.b`]: layer.b,
      [`${l}.w.velocity`]: v.w,
      [`${l}.b.velocity`]: v.b,
    })
  }
  return { tensors, metadata: { settings: JSON.stringify(settings), epoch: String(epoch), done: String(done) } }
}

/** Throws DataError where the bundle is no checkpoint of this network in this precision. */
export function resume({ tensors, metadata }: Bundle, precision: Precision, name: string): Training {
  const { settings, epoch, done } = metadata
  if (settings === undefined || epoch === undefined || done === undefined)
    throw new DataError(`${name}: its metadata has no settings, epoch and done; give a checkpoint of cnn-oracle train`)
  // Those of before there was a weight decay do without.
  const saved = JSON.parse(settings)
  const fresh = begin({ ...saved, weightDecay: saved.weightDecay ?? 0 }, precision)
  for (const [key, t] of Object.entries(checkpointOf(fresh).tensors)) {
    const saved = tensors[key]
    const same = saved?.shape.join() === t.shape.join() && saved.data.constructor === t.data.constructor
    if (!saved || !same)
      throw new DataError(
        `${name}: ${key} is ${saved ? `(${saved.shape})` : 'missing'}, (${t.shape}) of ${precision} is expected`,
      )
    t.data.set(saved.data)
  }
  return Object.assign(fresh, { epoch: Number(epoch), done: Number(done) })
}
