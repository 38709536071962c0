/**
 * Tensors as convnetjs volumes and back. A volume is one image, channels last: a batch (N,C,H,W) is N of them, and
 * so are M filters (M,C,R,S).
 */
import type { ConvNet, Vol } from 'convnetjs'
import type { Tensor } from '../../../reference/tensor.ts'
import { nchwToNhwc, nhwcToNchw } from '../layout.ts'

/** (N,C,H,W) → N volumes of W×H×C. */
export function volumesOf({ Vol }: ConvNet, x: Tensor): Vol[] {
  const { shape, data } = nchwToNhwc(x)
  const [N, H, W, C] = [shape[0]!, shape[1]!, shape[2]!, shape[3]!]
  return Array.from({ length: N }, (_, n) => {
    const volume = new Vol(W, H, C, 0)
    volume.w.set(data.subarray(n * H * W * C, (n + 1) * H * W * C))
    return volume
  })
}

/** (N,K) → N volumes of 1×1×K. */
export function rowsOf({ Vol }: ConvNet, x: Tensor): Vol[] {
  const [N, K] = [x.shape[0]!, x.shape[1]!]
  return Array.from({ length: N }, (_, n) => {
    const volume = new Vol(1, 1, K, 0)
    volume.w.set(x.data.subarray(n * K, (n + 1) * K))
    return volume
  })
}

/** N volumes of W×H×C, of the values or of the gradients → (N,C,H,W). */
export function imagesOf(volumes: readonly Vol[], what: 'w' | 'dw'): Tensor {
  const { sx, sy, depth } = volumes[0]!
  return nhwcToNchw({ shape: [volumes.length, sy, sx, depth], data: joined(volumes, what) })
}

/** N volumes of 1×1×K → (N,K). */
export function matrixOf(volumes: readonly Vol[], what: 'w' | 'dw'): Tensor {
  return { shape: [volumes.length, volumes[0]!.depth], data: joined(volumes, what) }
}

function joined(volumes: readonly Vol[], what: 'w' | 'dw'): Float64Array {
  const size = volumes[0]!.w.length
  const data = new Float64Array(volumes.length * size)
  for (const [n, volume] of volumes.entries()) data.set(volume[what], n * size)
  return data
}
