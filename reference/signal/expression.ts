/**
 * Functions to integrate, given as code or as an expression such as 'exp(-u^2)' (mathjs syntax, real numbers only:
 * mathjs/number loads in half the time of mathjs).
 */

import type { EvalFunction, MathNode } from 'mathjs/number'
import * as mathjs from 'mathjs/number'

/** A function of the line; as a string, an expression in one variable of any name. True counts as 1, false as 0. */
export type RealFunction = ((u: number) => number) | string
/** A function of the plane; as a string, an expression in x and y. */
export type PlaneFunction = ((x: number, y: number) => number) | string

/** A string that is no expression, has other variables, or gives something that is not a real number. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

/** Compiled once. `operator` and `name` make the message: compileReal('convolutionIntegral', 'f', 'exp(-u^2)'). */
export function compileReal(operator: string, name: string, f: RealFunction): (u: number) => number {
  if (typeof f !== 'string') return f
  const where = `${operator}: ${name}="${f}"`
  const node = parsed(where, f)
  const variables = freeVariables(node)
  if (variables.length > 1) {
    throw new ExpressionError(`${where} has the variables ${variables.join(', ')}; use one variable`)
  }
  const variable = variables[0] ?? 'u'
  const code = node.compile()
  return (u) => realValue(where, code, { [variable]: u })
}

/** Compiled once; the variables are x and y. */
export function compilePlane(operator: string, name: string, f: PlaneFunction): (x: number, y: number) => number {
  if (typeof f !== 'string') return f
  const where = `${operator}: ${name}="${f}"`
  const node = parsed(where, f)
  const other = freeVariables(node).find((variable) => variable !== 'x' && variable !== 'y')
  if (other !== undefined) throw new ExpressionError(`${where} has the variable ${other}; use x and y`)
  const code = node.compile()
  return (x, y) => realValue(where, code, { x, y })
}

function parsed(where: string, text: string): MathNode {
  try {
    return mathjs.parse(text)
  } catch (error) {
    throw new ExpressionError(`${where} is not an expression: ${messageOf(error)}; write for example 'exp(-u^2)'`)
  }
}

/** Symbols that are neither called as functions nor constants of mathjs (pi, e, …), in order of appearance. */
function freeVariables(node: MathNode): string[] {
  const names = new Set<string>()
  node.traverse((part, path) => {
    if (mathjs.isSymbolNode(part) && path !== 'fn' && !(part.name in mathjs)) names.add(part.name)
  })
  return [...names]
}

function realValue(where: string, code: EvalFunction, scope: Record<string, number>): number {
  let value: unknown
  try {
    value = code.evaluate(scope)
  } catch (error) {
    throw new ExpressionError(`${where} at ${JSON.stringify(scope)}: ${messageOf(error)}`)
  }
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  throw new ExpressionError(`${where} gives ${String(value)} at ${JSON.stringify(scope)}, not a real number`)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
