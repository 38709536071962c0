/**
 * cnn-oracle as a library: the contract, two implementations of it, the table of operators, and the verdict on a result.
 *
 *   const row = operatorRow('conv2d')
 *   verdict(result, expectation(row, operands, attributes, 'float32')).grade   // 'exact' … 'wrong'
 *   await judge(implementation, parseCase('conv2d n1c2h5w6 m3r3s3 @real#42'))  // the same for a case by its name
 *   await checkGradient(implementation, 'conv2d', parseCase('conv2d n1c2h5w6 m3r3s3'))  // its three gradients
 *   await gradcheck(f, gradient, inputs)                                         // those of any function of yours
 */
export { type DiagnosisOptions, diagnose } from './audit/diagnosis/diagnose.ts'
export type { Cause, Diagnosis } from './audit/diagnosis/diagnosis.ts'
export type { FindingKind } from './audit/finding.ts'
export { judge, type Outcome } from './audit/judge.ts'
export { optimized } from './optimized/index.ts'
export { type Expectation, expectation } from './properties/bound.ts'
export type { Call, Case, Drawn, Literal } from './properties/case.ts'
export { DescriptorError, parseCase, printCase } from './properties/descriptor.ts'
export {
  checkGradient,
  type GradientCheck,
  type GradientOptions,
} from './properties/gradient/checkGradient.ts'
export {
  type Differentiable,
  type Gradient,
  GradientError,
} from './properties/gradient/functionUnderTest.ts'
export {
  type GradcheckOptions,
  type GradcheckReport,
  gradcheck,
} from './properties/gradient/gradcheck.ts'
export { holdLaw, type Law, type LawOutcome, laws } from './properties/law/index.ts'
export type { Draw } from './properties/values.ts'
export { type Fault, type Grade, type Mismatch, type Verdict, verdict } from './properties/verdict.ts'
export {
  type Attributes,
  type AveragePool2dAttributes,
  type AveragePool2dGradientAttributes,
  type Conv2dAttributes,
  type Conv2dInputGradientAttributes,
  type Conv2dWeightGradientAttributes,
  type ConvTranspose2dAttributes,
  type Implementation,
  type MaxPool2dAttributes,
  type Mode,
  type None,
  type Numerics,
  type Operands,
  type Operator,
  type OperatorName,
  type Operators,
  type Padding,
  type Pair,
  type Precision,
  type SequenceAttributes,
  ShapeError,
  type Signatures,
  type Tensor,
  Unsupported,
} from './reference/contract.ts'
export { isOperatorName, type OperatorRow, operatorRow, operators } from './reference/operators.ts'
export { textbook } from './reference/textbook.ts'
