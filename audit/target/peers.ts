/** The packages that benchmarks stand beside: each timed as its users run it, prepared, on one thread. */
import { prepareConvnetjs } from './convnetjs/prepared.ts'
import { convnetjs } from './convnetjs.ts'
import { prepareJaxJs } from './jaxJs/prepared.ts'
import { jaxJs } from './jaxJs.ts'
import { mlMatrixConvolution, prepareMlMatrixConvolution } from './mlMatrixConvolution.ts'
import { prepareOnnxruntimeNode, prepareOnnxruntimeWeb } from './onnx/prepared.ts'
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.ts'
import type { Prepare } from './prepared.ts'
import type { Target } from './target.ts'
import { prepareTfjs } from './tfjs/prepared.ts'
import { tfjsCpu, tfjsWasm } from './tfjs.ts'

export interface Peer {
  readonly target: Target
  prepare(): Promise<Prepare>
}

/** Those that run as WebAssembly or JavaScript, and behind them the far mark: the same runtime, native. */
export const peers: readonly Peer[] = [
  { target: tfjsWasm, prepare: () => prepareTfjs('wasm') },
  { target: onnxruntimeWeb, prepare: prepareOnnxruntimeWeb },
  { target: tfjsCpu, prepare: () => prepareTfjs('cpu') },
  { target: jaxJs, prepare: prepareJaxJs },
  { target: convnetjs, prepare: prepareConvnetjs },
  { target: mlMatrixConvolution, prepare: prepareMlMatrixConvolution },
  { target: onnxruntimeNode, prepare: prepareOnnxruntimeNode },
]
