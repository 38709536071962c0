import { createRequire } from 'node:module'
import type { MathNode, SymbolNode } from 'mathjs'
import { positionOf, sizeOf, type TensorOf } from '../tensor.ts'
import { type Arithmetic, Inexpressible } from './arithmetic.ts'

/** One file, not its modules: rational.ts says why. */
const mathjs: typeof import('mathjs') = createRequire(import.meta.url)('mathjs/lib/browser/math.js')
const { ConstantNode, FunctionNode, OperatorNode, isConstantNode, isOperatorNode, isSymbolNode } = mathjs

/**
 * Formulas instead of numbers: mathjs expression trees. The textbook evaluated in here prints itself,
 *
 *   y[0,1] = x[0,0]·w[0,0] + x[0,1]·w[0,1] + b[0]
 *
 * and can be differentiated by mathjs' `derivative`, independently of dual numbers and of the complex step.
 *
 * Symbols stand for finite numbers, so 0·a = 0 and a + 0 = a are applied while the tree is built, with a·1 = a,
 * a − (−b) = a + b and sums and products of whole numbers (exact up to 2⁵³). Nothing else is simplified, and nothing is
 * reordered: the tree shows the textbook's order of summation.
 */
class Symbolic implements Arithmetic<MathNode> {
  readonly name = 'symbolic'
  readonly zero: MathNode = new ConstantNode(0)
  readonly one: MathNode = new ConstantNode(1)
  from(value: number): MathNode {
    return new ConstantNode(value)
  }
  add(a: MathNode, b: MathNode): MathNode {
    if (is(a, 0)) return b
    if (is(b, 0)) return a
    const minus = opposite(b)
    return folded(a, b, (x, y) => x + y) ?? (minus ? operator('-', 'subtract', a, minus) : operator('+', 'add', a, b))
  }
  sub(a: MathNode, b: MathNode): MathNode {
    if (is(a, 0)) return this.neg(b)
    if (is(b, 0)) return a
    const minus = opposite(b)
    return folded(a, b, (x, y) => x - y) ?? (minus ? operator('+', 'add', a, minus) : operator('-', 'subtract', a, b))
  }
  mul(a: MathNode, b: MathNode): MathNode {
    if ((is(a, 0) && !isSpecial(b)) || (is(b, 0) && !isSpecial(a))) return this.zero
    if (is(a, 1)) return b
    if (is(b, 1)) return a
    // mathjs' product rule tells the factors apart by identity: of a·a with one node twice it makes a′·a′ + a′·a′.
    return folded(a, b, (x, y) => x * y) ?? operator('*', 'multiply', a, a === b ? b.cloneDeep() : b)
  }
  div(a: MathNode, b: MathNode): MathNode {
    if (is(b, 1) || (is(a, 0) && !is(b, 0))) return a
    return operator('/', 'divide', a, b)
  }
  neg(a: MathNode): MathNode {
    return is(a, 0) ? a : (opposite(a) ?? (isConstantNode(a) ? this.from(-a.value) : operator('-', 'unaryMinus', a)))
  }
  exp(a: MathNode): MathNode {
    return is(a, 0) ? this.one : new FunctionNode('exp', [a])
  }
  log(a: MathNode): MathNode {
    return is(a, 1) ? this.zero : new FunctionNode('log', [a])
  }
  tanh(a: MathNode): MathNode {
    return is(a, 0) ? this.zero : new FunctionNode('tanh', [a])
  }
  /** Decided between constants, by their value in float64. */
  greater(a: MathNode, b: MathNode): boolean {
    const free = [...leavesOf(a), ...leavesOf(b)]
    if (free.length === 0) return Number(a.evaluate()) > Number(b.evaluate())
    throw new Inexpressible(
      this.name,
      `the comparison ${expressionOf(a)} > ${expressionOf(b)}`,
      `it depends on the value of ${[...new Set(free)].join(', ')}; use numbers there, or an operator without maxima`,
    )
  }
  isNaN(a: MathNode): boolean {
    return isConstantNode(a) && Number.isNaN(a.value)
  }
  array(n: number): MathNode[] {
    return new Array<MathNode>(n).fill(this.zero)
  }
}

export const symbolic = new Symbolic()

/**
 * The leaf x[0,0], or plain x for the index () of a scalar. Inside the tree it is called x_0_0, a name that mathjs'
 * parser, `derivative` and scopes accept; `expressionOf` and `texOf` turn it back.
 */
export function symbol(name: string, index: readonly number[] = []): SymbolNode {
  if (!/^[A-Za-z]+$/.test(name) || index.some((i) => !Number.isInteger(i) || i < 0)) {
    throw new Error(`symbol: ${name}[${index.join(',')}] is no name of letters with an index of whole numbers ≥ 0`)
  }
  return new mathjs.SymbolNode([name, ...index].join('_'))
}

/** A tensor of leaves: operands for the textbook. */
export function symbolTensor(name: string, shape: readonly number[]): TensorOf<MathNode> {
  const data = Array.from({ length: sizeOf(shape) }, (_, flat) => symbol(name, positionOf(shape, flat)))
  return { shape: [...shape], data }
}

/** Values for the leaves of named operands, as `evaluate` takes them: scopeOf({ x: tensor([2], [5, 7]) }). */
export function scopeOf(operands: Readonly<Record<string, TensorOf<number>>>): Map<string, number> {
  const scope = new Map<string, number>()
  for (const [name, { shape, data }] of Object.entries(operands)) {
    for (let flat = 0; flat < data.length; flat++) scope.set(symbol(name, positionOf(shape, flat)).name, data[flat]!)
  }
  return scope
}

/** ∂node/∂leaf by the rules of mathjs, which are none of this project's. To simplify a whole network's takes seconds. */
export const derivativeOf = (node: MathNode, leaf: SymbolNode, { simplify } = { simplify: true }): MathNode =>
  mathjs.derivative(node, leaf, { simplify })

/** "x[0,0]·w[0,0] + b[0]". */
export function expressionOf(node: MathNode): string {
  const handler = (part: MathNode): string | undefined => {
    const leaf = leafOf(part)
    return leaf && `${leaf.name}[${leaf.index}]`
  }
  return node.toString({ handler }).replaceAll(' * ', '·')
}

/** "x_{0,0}\cdot w_{0,0}+b_{0}". */
export function texOf(node: MathNode): string {
  const handler = (part: MathNode): string | undefined => {
    const leaf = leafOf(part)
    return leaf && `${leaf.name.length > 1 ? `\\mathrm{${leaf.name}}` : leaf.name}_{${leaf.index}}`
  }
  return node
    .toTex({ handler })
    .trim()
    .replaceAll(/\\cdot(?=[A-Za-z0-9])/g, '\\cdot ')
}

/** The name and index in x_0_0; undefined for anything else. */
function leafOf(node: MathNode): { name: string; index: string } | undefined {
  const match = isSymbolNode(node) ? /^([A-Za-z]+)_(\d+(?:_\d+)*)$/.exec(node.name) : null
  return match ? { name: match[1]!, index: match[2]!.replaceAll('_', ',') } : undefined
}

/** The leaves of a tree as they print. The name of a function (path 'fn') is a SymbolNode too, but no leaf. */
const leavesOf = (node: MathNode): string[] =>
  node.filter((part, path) => isSymbolNode(part) && path !== 'fn').map(expressionOf)

const is = (node: MathNode, value: number): boolean => isConstantNode(node) && node.value === value

/** NaN and ±∞, of which 0 times is no 0. */
const isSpecial = (node: MathNode): boolean => isConstantNode(node) && !Number.isFinite(node.value)

/** b of −b. */
function opposite(node: MathNode): MathNode | undefined {
  if (isOperatorNode(node) && node.fn === 'unaryMinus') return node.args[0]
  return isConstantNode(node) && node.value < 0 ? new ConstantNode(-node.value) : undefined
}

/** a∘b of two whole numbers, where it is exact. */
function folded(a: MathNode, b: MathNode, operation: (a: number, b: number) => number): MathNode | undefined {
  if (!isConstantNode(a) || !isConstantNode(b)) return undefined
  if (!Number.isSafeInteger(a.value) || !Number.isSafeInteger(b.value)) return undefined
  const value = operation(a.value, b.value)
  return Number.isSafeInteger(value) ? new ConstantNode(value) : undefined
}

function operator(
  sign: '+' | '-' | '*' | '/',
  fn: 'add' | 'subtract' | 'multiply' | 'divide' | 'unaryMinus',
  ...args: MathNode[]
) {
  return new OperatorNode(sign, fn, args)
}
