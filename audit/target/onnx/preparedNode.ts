/** ONNX Runtime, native, one thread: a session with the weights in its model, so that it packs them once, fed with one x. */
import { MAIN, sessionOptions } from '../onnxruntime.ts'
import type { PrepareConv2d } from '../prepared.ts'
import { oneNodeModel } from './model.ts'
import { convAttributes, planeOf } from './operators.ts'

export async function onnxruntimeNodeConv2d(): Promise<PrepareConv2d> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const { opset, precision } = MAIN
  return async ({ x, w, b }, attributes) => {
    const model = oneNodeModel({
      opType: 'Conv',
      inputs: [{ name: 'x', precision, shape: x.shape }],
      initializers: [{ name: 'w', value: w }, ...(b ? [{ name: 'b', value: b }] : [])],
      outputs: [{ name: 'y', precision }],
      attributes: convAttributes(MAIN, planeOf(x), planeOf(w), attributes),
      opset,
    })
    const session = await InferenceSession.create(model, sessionOptions('cpu'))
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
