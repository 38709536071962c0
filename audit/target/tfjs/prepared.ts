/**
 * TensorFlow.js on WebAssembly, one thread (its package has threads in browsers alone): NHWC tensors are made once, the kernel
 * runs synchronously, and its result stays in the backend's memory and is disposed of.
 */
import { nhwcToNchw } from '../layout.ts'
import type { PrepareConv2d } from '../prepared.ts'
import { start } from '../tfjs.ts'
import { heldConv2d } from './convolution.ts'

export async function tfjsWasmConv2d(): Promise<PrepareConv2d> {
  const tf = await start('wasm')
  return (operands, attributes) => {
    const { call, close } = heldConv2d(tf, operands, attributes)
    return {
      run: () => call().dispose(),
      result: () => {
        const y = call()
        const data = Float32Array.from(y.dataSync())
        y.dispose()
        return nhwcToNchw({ shape: y.shape, data })
      },
      close,
    }
  }
}
