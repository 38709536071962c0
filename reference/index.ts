/**
 * The textbook from inside: its number systems, and what stands beside the operators of the contract.
 *
 *   const { textbook } = operatorRow('conv2d')                        // of 'cnn-oracle'
 *   textbook(symbolic, { x: symbolTensor('x', [1, 1, 2, 2]), … })     // a result as formulas
 *   convolutionIntegral('exp(-u^2)', 'exp(-u^2)', 0.5)                // F1
 *
 * It loads mathjs, 0.2 s, which the root of the package does without.
 */
export * from './arithmetic/index.ts'
export * from './network/index.ts'
export * from './signal/index.ts'
export { type Tensor, type TensorOf, tensor } from './tensor.ts'
