/**
 * Microsoft's ONNX runtime: `onnxruntime-node` is the native library, `onnxruntime-web` the same kernels compiled to
 * WebAssembly. Both run models of one node on the CPU, in one thread, with the graph optimizations users get by default.
 */
import type { InferenceSession } from 'onnxruntime-node'
import type { Implementation } from '../../reference/contract.ts'
import { onnxOperators, type Way } from './onnx/operators.ts'
import { type Runtime, Sessions } from './onnx/session.ts'
import { packageVersion } from './packageVersion.ts'
import type { Target } from './target.ts'

const SLIDING = ['conv2d', 'convTranspose2d', 'maxPool2d', 'averagePool2d'] as const
const POINTWISE = ['sigmoid', 'tanh', 'relu', 'softmax'] as const

/**
 * Operator set 22 redefined the sliding operators last. AveragePool has another kernel up to 18. In float64 the runtime
 * has no kernels but these.
 */
export const MAIN: Way = {
  suffix: '',
  precision: 'float32',
  opset: 22,
  padding: 'pads',
  weights: 'fed',
  operators: [...SLIDING, 'dense', ...POINTWISE],
}
const WAYS: readonly Way[] = [
  MAIN,
  { ...MAIN, suffix: '/constant', weights: 'constant', operators: ['conv2d', 'convTranspose2d', 'dense'] },
  { ...MAIN, suffix: '/same', padding: 'SAME_UPPER', operators: SLIDING },
  { ...MAIN, suffix: '/valid', padding: 'VALID', operators: SLIDING },
  { ...MAIN, suffix: '/opset18', opset: 18, operators: ['maxPool2d', 'averagePool2d'] },
  { ...MAIN, suffix: '/float64', precision: 'float64', operators: ['maxPool2d', 'dense', ...POINTWISE] },
]

export const onnxruntimeNode: Target = {
  name: 'onnxruntime-node',
  about: 'ONNX Runtime, native CPU kernels',
  packages: ['onnxruntime-node'],
  async load() {
    return implementations('onnxruntime-node', await import('onnxruntime-node'), 'cpu')
  },
}

export const onnxruntimeWeb: Target = {
  name: 'onnxruntime-web',
  about: 'ONNX Runtime, WebAssembly CPU kernels in one thread',
  packages: ['onnxruntime-web'],
  async load() {
    return implementations('onnxruntime-web', await webRuntime(), 'wasm')
  },
}

export async function webRuntime(): Promise<Runtime> {
  const runtime = await import('onnxruntime-web')
  // One thread needs no worker, which would keep the process alive.
  runtime.env.wasm.numThreads = 1
  return runtime
}

/** One thread; logSeverityLevel 4 leaves only what ends the process: errors arrive as exceptions anyway. */
export const sessionOptions = (provider: 'cpu' | 'wasm'): InferenceSession.SessionOptions => ({
  executionProviders: [provider],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
})

function implementations(name: string, runtime: Runtime, provider: 'cpu' | 'wasm'): Implementation[] {
  const version = packageVersion(name)
  return WAYS.map((way) => {
    const sessions = new Sessions(runtime, sessionOptions(provider))
    return {
      name: `${name}${way.suffix}`,
      version,
      precision: way.precision,
      operators: onnxOperators(sessions, way),
      close: () => sessions.close(),
    }
  })
}
