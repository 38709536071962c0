/**
 * TensorFlow.js on its two backends that run in Node: 'tfjs-cpu', plain JavaScript, and 'tfjs-wasm', XNNPACK in
 * WebAssembly. The implementation named like the target says padding as explicit pairs; each other way that tfjs offers to say
 * the same is an implementation of its own, with those operators alone for which the way exists.
 *
 * The active backend is global to tfjs: one of the two targets a process.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Implementation, Operators } from '../../reference/contract.ts'
import { packageVersion } from './packageVersion.ts'
import type { Target } from './target.ts'
import type { Tf } from './tfjs/bridge.ts'
import { type ConvolutionWay, convolutions } from './tfjs/convolution.ts'
import { denseLayer } from './tfjs/dense.ts'
import { pointwise } from './tfjs/pointwise.ts'
import { poolings } from './tfjs/pooling.ts'
import { explicit, explicitNchw, number, same, valid, type Way } from './tfjs/way.ts'

const require = createRequire(import.meta.url)

export const tfjsCpu: Target = {
  name: 'tfjs-cpu',
  about: 'TensorFlow.js, plain JavaScript backend',
  packages: ['@tensorflow/tfjs'],
  async load() {
    const tf = await start('cpu')
    return [...common(tf, 'tfjs-cpu'), implementation('tfjs-cpu/nchw', nchw(tf))]
  },
}

/** Its Conv2D kernel refuses dataFormat 'NCHW' by name, so that way is not offered. */
export const tfjsWasm: Target = {
  name: 'tfjs-wasm',
  about: 'TensorFlow.js, WebAssembly backend (XNNPACK)',
  packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
  fragile: true,
  async load() {
    return common(await start('wasm'), 'tfjs-wasm')
  },
}

/** Required, as it is CommonJS: an import has Node look through its 5 MB for names first, 0.75 s against 0.27. */
const node = (): Tf => require('@tensorflow/tfjs')
/** Its build for browsers of 2017 and later; what Node loads by itself was compiled to ES5, whose indexed access is slow. */
const es2017 = (): Tf => require('@tensorflow/tfjs/dist/tf.es2017.js')

/**
 * The whole of @tensorflow/tfjs, because tfjs-core alone registers no gradients under Node. The first tensor makes tfjs
 * advertise its native package on the console, so it is made here, unheard. Started again, it begins anew; builds share what is
 * global, so that a process must keep to one.
 */
export async function start(backend: 'cpu' | 'wasm', build: 'node' | 'es2017' = 'node'): Promise<Tf> {
  const tf = build === 'node' ? node() : es2017()
  if (backend === 'wasm') {
    const wasm: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  }
  if (tf.engine().registry[backend] !== undefined) forget(tf, backend)
  const before = listening()
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs: the backend '${backend}' does not start on this machine`)
  listenersOfBackend = listening().map((list, i) => list.filter((one) => !before[i]!.includes(one)))
  const { warn } = console
  console.warn = () => {}
  try {
    tf.tidy(() => tf.zeros([1]).dataSync())
  } finally {
    console.warn = warn
  }
  return tf
}

/**
 * Drops the backend with its WebAssembly instance, so that the next one has memory of its own: all that a wrong call can have
 * written to. 5 to 20 ms, where a process takes 900. Its own dispose() would run in memory that may be spoiled.
 */
function forget(tf: Tf, backend: string): void {
  tf.engine().registry[backend]!.dispose = () => {}
  tf.engine().reset()
  for (const [i, list] of listenersOfBackend.entries())
    for (const one of list) process.removeListener(processEvents[i]!, one)
}

/** Each WebAssembly instance listens to these for its own end; left behind, they hold its memory, and Node warns of the eleventh. */
const processEvents = ['uncaughtException', 'unhandledRejection'] as const
type Listener = NodeJS.UncaughtExceptionListener | NodeJS.UnhandledRejectionListener
const listening = (): Listener[][] => [process.listeners('uncaughtException'), process.listeners('unhandledRejection')]
let listenersOfBackend: Listener[][] = []

function implementation(name: string, operators: Partial<Operators>): Implementation {
  return { name, version: packageVersion('@tensorflow/tfjs'), precision: 'float32', operators }
}

function common(tf: Tf, name: string): Implementation[] {
  const plain = (pad: Way): ConvolutionWay => ({ pad, format: 'NHWC', fused: false })
  const fused = (pad: Way): ConvolutionWay => ({ pad, format: 'NHWC', fused: true })
  const padded = (pad: Way): Partial<Operators> => {
    // The bias knows nothing of padding: it is audited once, with the explicit way.
    const { conv2dBiasGradient: _, ...rest } = convolutions(tf, plain(pad))
    return { ...rest, ...poolings(tf, { pad, general: false }) }
  }
  const { convTranspose2d: _, ...fusedConvolutions } = convolutions(tf, fused(explicit))
  const { conv2d, conv2dInputGradient, conv2dWeightGradient } = convolutions(tf, fused(same))
  return [
    implementation(name, {
      ...convolutions(tf, plain(explicit)),
      ...poolings(tf, { pad: explicit, general: false }),
      ...denseLayer(tf, 'matMul'),
      ...pointwise(tf),
    }),
    implementation(`${name}/number`, padded(number)),
    implementation(`${name}/valid`, padded(valid)),
    implementation(`${name}/same`, padded(same)),
    implementation(`${name}/fused`, { ...fusedConvolutions, ...denseLayer(tf, 'fused') }),
    implementation(`${name}/fused-same`, { conv2d, conv2dInputGradient, conv2dWeightGradient }),
    implementation(`${name}/pool`, poolings(tf, { pad: explicit, general: true })),
    implementation(`${name}/pool-number`, poolings(tf, { pad: number, general: true })),
    implementation(`${name}/pool-valid`, poolings(tf, { pad: valid, general: true })),
    implementation(`${name}/pool-same`, poolings(tf, { pad: same, general: true })),
    implementation(`${name}/transposed`, denseLayer(tf, 'transposeB')),
  ]
}

/** tf.conv2d with dataFormat 'NCHW'; tf.conv2dTranspose and the poolings have no such argument. */
function nchw(tf: Tf): Partial<Operators> {
  const { convTranspose2d: _, ...rest } = convolutions(tf, { pad: explicitNchw, format: 'NCHW', fused: false })
  return rest
}
