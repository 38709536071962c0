/**
 * From the contract's tensors into TensorFlow.js and back. Everything runs in one tf.tidy, so no tensor outlives its
 * call, but for those that tfjs itself forgets when an error passes through its automatic derivative. Operands are
 * copied in (tfjs keeps the typed array it is given) and results copied out (it also hands out its own).
 */
import { Unsupported } from '../../../reference/contract.ts'
import type { Tensor } from '../../../reference/tensor.ts'

export type Tf = typeof import('@tensorflow/tfjs')
export type TfTensor = import('@tensorflow/tfjs').Tensor
export type TfTensor2D = import('@tensorflow/tfjs').Tensor2D
export type TfTensor4D = import('@tensorflow/tfjs').Tensor4D

/**
 * What tfjs itself refuses by name. Missing gradient kernels are documented in the README of the WebAssembly backend, "Do you
 * support training? Maybe. There are still a decent number of ops that we are missing in WASM that are needed for gradient
 * computation"; dilated gradients by the message. Any other error passes through as it is: it is a finding.
 */
const refusals = [/Kernel '\w+' not registered for backend/, /dilation rates greater than 1 are not yet supported/]

/** Runs `f` in a tidy and reads its result into a fresh array. Throws Unsupported for what tfjs refuses by name. */
export function evaluate(tf: Tf, f: () => TfTensor): Tensor {
  try {
    let result: Tensor | undefined
    tf.tidy(() => {
      const y = f()
      result = { shape: [...y.shape], data: Float32Array.from(y.dataSync()) }
    })
    return result!
  } catch (error) {
    if (error instanceof Error && refusals.some((refusal) => refusal.test(error.message))) {
      throw new Unsupported(`tfjs refuses: ${error.message}`, { cause: error })
    }
    throw error
  }
}

/** The same shape and numbers as a tfjs tensor of its own. */
export const enter = (tf: Tf, t: Tensor): TfTensor => tf.tensor(Float32Array.from(t.data), [...t.shape], 'float32')

export const zeros = (tf: Tf, shape: readonly number[]): TfTensor => tf.zeros([...shape], 'float32')

const hasRank2 = (t: TfTensor): t is TfTensor2D => t.rank === 2
const hasRank4 = (t: TfTensor): t is TfTensor4D => t.rank === 4

/** tfjs knows the rank of a tensor as a type; these look before they say so. */
export function rank2(t: TfTensor): TfTensor2D {
  if (!hasRank2(t)) throw new Error(`a matrix was expected, got ${t.rank} axes`)
  return t
}

export function rank4(t: TfTensor): TfTensor4D {
  if (!hasRank4(t)) throw new Error(`a tensor of 4 axes was expected, got ${t.rank}`)
  return t
}
