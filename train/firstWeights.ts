/**
 * The weights that training begins with: uniform within ±gain/√inputs, and the biases that belong to them.
 *
 *   max:   gain √6, biases uniform within ±1/√inputs (reference/network/articleNetwork.ts)
 *   mean:  gain 4,  b = −½ Σ w, and for the answers log(1/9) more
 */
import type { Random } from '../properties/random.ts'
import { real } from '../reference/arithmetic/real.ts'
import type { Precision, Tensor } from '../reference/contract.ts'
import { type ArticleVariant, articleNetwork } from '../reference/network/index.ts'
import { convert } from '../reference/tensor.ts'
import type { Network, TypedLayer } from './step.ts'

/**
 * The slope of the sigmoid is at most 1/4: with weights as for relu each layer passes a quarter of the differences between images on,
 * and training stands still for its first 20 epochs. Glorot & Bengio 2010 start the sigmoid 4 times as wide. relu passes half on:
 * He et al. 2015 give weights the variance 2/inputs, that of ±√6/√inputs. Of four maps fewer die: with a gain of 1 the network named
 * 84.9 % of 10,000 held out images after 15 epochs (batches of 64, rate 0.1 falling to 0), with √6 87.3 %.
 */
const GAIN: Readonly<Record<ArticleVariant, number>> = { mean: 4, max: Math.sqrt(6) }

/**
 * Sigmoids answer ½ in their middle, so that what a unit sums begins ½ Σ w away from it, and the answers, of which one in ten is to be 1,
 * begin anywhere. Training first drove them all down to 1/10, where the cost is 0.45 whatever the image: at the rate 0.3, batches of
 * 16, it stood there for the first 3 to 5 epochs of the fixture. Begun there, with the units below in their middle, it leaves in the
 * first epoch, at a larger rate. At the rate 1.6, batches of 32, 2,000 held out images, seeds 1 and 3, both give 79.8 %;
 * b = 0 below the answers 77.1 and 69.3 %; answers that begin at ½ are all 0 after two epochs and stay so.
 */
const ONE_IN_TEN = Math.log(1 / 9)

export function firstNetwork(variant: ArticleVariant, random: Random, precision: Precision): Network {
  const { layers, cost } = articleNetwork(real, variant, () => random.unit())
  const answers = layers.findLastIndex((layer) => 'w' in layer)
  const typed = layers.map((layer, l): TypedLayer => {
    if (!('w' in layer)) return layer
    const { shape, data } = layer.w
    const w = { shape, data: Float64Array.from(data, (value) => GAIN[variant] * value) }
    const b = variant === 'mean' ? centred(w, l === answers ? ONE_IN_TEN : 0) : layer.b
    return { ...layer, w: convert(w, precision), b: convert(b, precision) }
  })
  return { layers: typed, cost }
}

/** The biases with which units whose inputs are all ½ sum to `at`. */
function centred({ shape, data }: Tensor, at: number): Tensor {
  const units = shape[0]!
  const inputs = data.length / units
  const b = new Float64Array(units).fill(at)
  for (let i = 0; i < data.length; i++) {
    const m = Math.floor(i / inputs)
    b[m] = b[m]! - data[i]! / 2
  }
  return { shape: [units], data: b }
}
