/** ONNX Runtime, one thread: a session with the weights in its model, as models ship them, so that it packs them once, fed with one x. */
import { MAIN, sessionOptions, webRuntime } from '../onnxruntime.ts'
import type { PrepareConv2d } from '../prepared.ts'
import { oneNodeModel } from './model.ts'
import { convAttributes, planeOf } from './operators.ts'
import type { Runtime } from './session.ts'

/** WebAssembly. */
export const onnxruntimeWebConv2d = async (): Promise<PrepareConv2d> => prepare(await webRuntime(), 'wasm')

/** Native. */
export const onnxruntimeNodeConv2d = async (): Promise<PrepareConv2d> =>
  prepare(await import('onnxruntime-node'), 'cpu')

function prepare({ InferenceSession, Tensor }: Runtime, provider: 'cpu' | 'wasm'): PrepareConv2d {
  const { opset, precision } = MAIN
  return async ({ x, w, b }, attributes) => {
    const weights = [{ name: 'w', value: w }, ...(b ? [{ name: 'b', value: b }] : [])]
    const model = oneNodeModel({
      opType: 'Conv',
      inputs: [{ name: 'x', precision, shape: x.shape }],
      initializers: weights,
      outputs: [{ name: 'y', precision }],
      attributes: convAttributes(MAIN, planeOf(x), planeOf(w), attributes),
      opset,
    })
    const session = await InferenceSession.create(model, sessionOptions(provider))
    const feeds = { x: new Tensor(precision, Float32Array.from(x.data), x.shape) }
    const run = () => session.run(feeds)
    return {
      run,
      result: async () => {
        const { y } = await run()
        if (!(y?.data instanceof Float32Array)) throw new TypeError('the session returned no float32 output named y')
        return { shape: y.dims, data: Float32Array.from(y.data) }
      },
      close: () => session.release(),
    }
  }
}
