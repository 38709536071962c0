/** ONNX Runtime, one thread: a session with the weights in its model, as models ship them, so that it packs them once, fed with one x. */
import { Unsupported } from '../../../reference/contract.ts'
import { MAIN, sessionOptions, webRuntime } from '../onnxruntime.ts'
import type { Prepare } from '../prepared.ts'
import { oneNodeModel } from './model.ts'
import { nodeForm } from './operators.ts'
import type { Runtime } from './session.ts'

/** WebAssembly. */
export const prepareOnnxruntimeWeb = async (): Promise<Prepare> => prepare(await webRuntime(), 'wasm')

/** Native. */
export const prepareOnnxruntimeNode = async (): Promise<Prepare> => prepare(await import('onnxruntime-node'), 'cpu')

function prepare({ InferenceSession, Tensor }: Runtime, provider: 'cpu' | 'wasm'): Prepare {
  const { opset, precision } = MAIN
  return async ({ operator, operands, attributes }) => {
    const form = nodeForm(MAIN, operator, operands, attributes)
    if (form === undefined) throw new Unsupported(`${operator}: ONNX has no such operator`)
    const { opType, x, weights, attributes: own } = form
    const model = oneNodeModel({
      opType,
      inputs: [{ name: 'x', precision, shape: x.shape }],
      initializers: Object.entries(weights).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
      outputs: [{ name: 'y', precision }],
      attributes: own,
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
