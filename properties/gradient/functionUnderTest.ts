/** A function of the user's and its gradient, called with copies and looked over before anything is concluded. */
import type { Precision, Tensor } from '../../reference/contract.ts'
import { shapeText, sizeOf } from '../../reference/tensor.ts'
import { formats } from '../format.ts'
import { isObject, said } from '../given.ts'

/** y = f(…inputs), a tensor or a number. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | number | Promise<Tensor | number>

/** Jᵀ·dy for each input; undefined for one that is not differentiated. One tensor does for one input. */
export type Gradient = (
  dy: Tensor,
  ...inputs: Tensor[]
) => Tensor | readonly (Tensor | undefined)[] | Promise<Tensor | readonly (Tensor | undefined)[]>

/** The gradient is wrong, or cannot be judged; the message says which. */
export class GradientError extends Error {
  override readonly name = 'GradientError'
}

export class FunctionUnderTest {
  readonly inputs: readonly Tensor[]
  readonly names: readonly string[]
  readonly y: Tensor
  /** float32 where any input or the result is. */
  readonly precision: Precision
  /** Largest magnitude of a whole number to which the steps of an exact difference may be added: a quarter of the significand. */
  readonly largestWhole: number
  /** All inputs and the result are such whole numbers. */
  readonly isWhole: boolean
  evaluations = 2
  private readonly f: Differentiable
  private readonly gradient: Gradient

  private constructor(
    f: Differentiable,
    gradient: Gradient,
    inputs: readonly Tensor[],
    names: readonly string[],
    y: Tensor,
  ) {
    this.f = f
    this.gradient = gradient
    this.inputs = inputs
    this.names = names
    this.y = y
    const all = [...inputs, y]
    this.precision = all.some(({ data }) => data instanceof Float32Array) ? 'float32' : 'float64'
    this.largestWhole = 2 ** (formats[this.precision].bits - 2)
    this.isWhole = all.every(({ data }) => this.areWhole(data))
  }

  /** Whether sums and differences of these numbers are exact. */
  areWhole(data: ArrayLike<number>): boolean {
    for (let i = 0; i < data.length; i++)
      if (!Number.isInteger(data[i]) || Math.abs(data[i]!) > this.largestWhole) return false
    return true
  }

  /** Evaluates f once. Throws GradientError on inputs or results that have no slope. */
  static async at(
    f: Differentiable,
    gradient: Gradient,
    inputs: readonly Tensor[],
    names: readonly string[] = [],
  ): Promise<FunctionUnderTest> {
    if (!Array.isArray(inputs))
      throw new GradientError(`gradcheck: inputs are ${said(inputs)}; give a list of tensors, [x] for one`)
    if (inputs.length === 0)
      throw new GradientError('gradcheck: no inputs; give at least one tensor to differentiate by')
    const called = inputs.map((_, k) => names[k] ?? `input ${k}`)
    inputs.forEach((input, k) => {
      refuseInfinite(called[k]!, asTensor(called[k]!, input).data)
    })
    const y = resultOf(await f(...inputs.map(copyOf)))
    refuseInfinite('f(…)', y.data)
    const again = resultOf(await f(...inputs.map(copyOf)))
    const differs = y.data.findIndex((v, i) => !Object.is(v, again.data[i]))
    if (differs >= 0)
      throw new GradientError(
        `gradcheck: f gives ${y.data[differs]} and then ${again.data[differs]} at position ${differs} for the same inputs; make it deterministic (fix its seed, switch off dropout)`,
      )
    return new FunctionUnderTest(f, gradient, inputs, called, { shape: y.shape, data: y.data.slice() })
  }

  /** f with input k at x + h·u, as plain numbers. */
  async moved(k: number, u: Float64Array, h: number): Promise<Float64Array> {
    const inputs = this.inputs.map(copyOf)
    const { data } = inputs[k]!
    for (let j = 0; j < data.length; j++) data[j] = data[j]! + h * u[j]!
    this.evaluations++
    const y = resultOf(await this.f(...inputs))
    if (y.data.length !== this.y.data.length)
      throw new GradientError(
        `gradcheck: f gives ${shapeText(y.shape)} at ${this.names[k]} + ${h}·u and ${shapeText(this.y.shape)} at its inputs; the shape must not depend on values`,
      )
    return Float64Array.from(y.data)
  }

  /** Jᵀ·dy, an entry an input. Throws GradientError where a shape does not fit or a number is not finite. */
  async pullBack(dy: Float64Array): Promise<readonly (Tensor | undefined)[]> {
    const typed = this.y.data instanceof Float32Array ? Float32Array.from(dy) : dy
    const answer = await this.gradient({ shape: this.y.shape, data: typed }, ...this.inputs.map(copyOf))
    const gradients = isList(answer) ? answer : [answer]
    if (gradients.length !== this.inputs.length)
      throw new GradientError(
        `gradcheck: the gradient returns ${gradients.length} tensors for ${this.inputs.length} inputs; return one an input, undefined for one that is not differentiated`,
      )
    if (gradients.every((g) => g === undefined))
      throw new GradientError('gradcheck: the gradient returns undefined for every input; there is nothing to check')
    gradients.forEach((g, k) => {
      if (g === undefined) return
      asTensor(`the gradient by ${this.names[k]}`, g)
      const { shape } = this.inputs[k]!
      const fits = g.shape.length === shape.length && shape.every((extent, axis) => g.shape[axis] === extent)
      if (!fits || g.data.length !== sizeOf(shape))
        throw new GradientError(
          `gradcheck: the gradient by ${this.names[k]} has shape ${shapeText(g.shape)} and ${g.data.length} numbers, the input ${shapeText(shape)}; they must be alike`,
        )
      refuseInfinite(`the gradient by ${this.names[k]}`, g.data)
    })
    return gradients.map((g) => g && copyOf(g))
  }
}

const isList = (answer: Tensor | readonly (Tensor | undefined)[]): answer is readonly (Tensor | undefined)[] =>
  Array.isArray(answer)

const copyOf = ({ shape, data }: Tensor): Tensor => ({ shape: [...shape], data: data.slice() })

const resultOf = (y: unknown): Tensor =>
  typeof y === 'number' ? { shape: [], data: Float64Array.of(y) } : asTensor('the result of f', y, ', or a number')

/** The value, if it is a tensor that is not empty. Throws GradientError that says what it is instead. */
function asTensor(what: string, value: unknown, or = ''): Tensor {
  const form = `{ shape: [2], data: Float64Array.of(3, -1) }${or}`
  const data = isObject(value) && value.data !== undefined ? `, its data ${said(value.data)}` : ''
  if (!isTensor(value))
    throw new GradientError(`gradcheck: ${what} is ${said(value)}${data}; give a tensor, as ${form}`)
  const size = sizeOf(value.shape)
  if (value.data.length !== size || size === 0)
    throw new GradientError(
      `gradcheck: ${what} has shape ${shapeText(value.shape)} and ${value.data.length} numbers; give ${Math.max(1, size)}`,
    )
  return value
}

const isTensor = (value: unknown): value is Tensor =>
  isObject(value) &&
  Array.isArray(value.shape) &&
  value.shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) &&
  (value.data instanceof Float64Array || value.data instanceof Float32Array)

function refuseInfinite(name: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]!))
      throw new GradientError(
        `gradcheck: ${name} holds ${data[i]} at position ${i}, where no slope is defined; give finite values`,
      )
}
