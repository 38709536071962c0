/** The targets that come built in. Each package is loaded only in the process that audits it. */
import { createRequire } from 'node:module'
import { convnetjs } from './convnetjs.ts'
import { jaxJs } from './jaxJs.ts'
import { mlMatrixConvolution } from './mlMatrixConvolution.ts'
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.ts'
import { prepared } from './session.ts'
import type { Target } from './target.ts'
import { tfjsCpu, tfjsWasm } from './tfjs.ts'

const ours: Target = {
  name: 'optimized',
  about: 'the optimized implementation of this project',
  packages: [],
  load: async () => {
    const { blocked32, blocked64, optimized, session, simd, threadsOf, winograd32 } = await import(
      '../../optimized/index.ts'
    )
    const vectors = simd && session ? [simd, prepared(session, simd.version!)] : []
    // Cases are small: threads share layers of any size here.
    return [optimized, ...vectors, threadsOf({ leastFlops: 0 }), winograd32, blocked32, blocked64]
  },
}

/** Implementations of the target `optimized` that may be asked for by their own names. */
export const rungs: readonly string[] = ['simd', 'session', 'threads', 'winograd', 'blocked', 'blocked-float64']

export const builtIn: readonly Target[] = [
  ours,
  tfjsCpu,
  tfjsWasm,
  onnxruntimeNode,
  onnxruntimeWeb,
  jaxJs,
  convnetjs,
  mlMatrixConvolution,
]

const require = createRequire(import.meta.url)

/** Packages of a target that are not installed, so that the report can say which and how to get them. */
export function missingPackages(target: Target): string[] {
  return target.packages.filter((name) => {
    try {
      require.resolve(name)
      return false
    } catch {
      return true
    }
  })
}

/** "npm install a b" */
export const installCommand = (packages: readonly string[]): string => `npm install ${packages.join(' ')}`
