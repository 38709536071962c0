/** convnetjs: layers, filters and images as volumes are made once; a batch is its images one after the other. float64. */
import type { Layer } from 'convnetjs'
import type { Tensor } from '../../../reference/tensor.ts'
import { byForm, type Forms, type Prepare } from '../prepared.ts'
import { denseLayer } from './pointwise.ts'
import { convLayer, poolLayer } from './sliding.ts'
import { imagesOf, matrixOf, rowsOf, volumesOf } from './volume.ts'

interface Made {
  readonly layer: Layer
  readonly x: Tensor
}

export async function prepareConvnetjs(): Promise<Prepare> {
  const { default: lib } = await import('convnetjs')
  const forms: Forms<Made> = {
    conv2d: ({ x, w, b }, a) => {
      const layer = convLayer(lib, 'conv2d', w.shape, [x.shape[2]!, x.shape[3]!], a)
      layer.filters = volumesOf(lib, w)
      if (b) layer.biases.w.set(b.data)
      return { layer, x }
    },
    maxPool2d: ({ x }, a) => ({ layer: poolLayer(lib, 'maxPool2d', x, a), x }),
    dense: ({ x, w, b }) => {
      const layer = denseLayer(lib, w.shape[0]!, w.shape[1]!)
      layer.filters = rowsOf(lib, w)
      if (b) layer.biases.w.set(b.data)
      return { layer, x }
    },
  }
  return (asked) => {
    const { layer, x } = byForm('convnetjs', forms, asked)
    const images = x.shape.length === 4 ? volumesOf(lib, x) : rowsOf(lib, x)
    const run = () => images.map((image) => layer.forward(image))
    return {
      run,
      result: () => (x.shape.length === 4 ? imagesOf(run(), 'w') : matrixOf(run(), 'w')),
      close: () => {},
    }
  }
}
