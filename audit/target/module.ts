/** A module of the user's as a target: its default export is an Implementation or an async function that returns one. */
import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Implementation } from '../../reference/contract.ts'
import { isOperatorName, nearest, operators } from '../../reference/operators.ts'
import { ModuleError } from './target.ts'

const shape = z.object({
  name: z.string().min(1),
  version: z.string().optional(),
  precision: z.enum(['float32', 'float64']),
  numerics: z.enum(['sum', 'winograd', 'fft']).optional(),
  operators: z.record(z.string(), z.unknown()),
})

/** Loads a module; TypeScript is compiled on the way. Throws ModuleError. */
export async function loadModule(path: string): Promise<Implementation> {
  const file = resolve(path)
  if (!existsSync(file))
    throw new ModuleError(`${path} does not exist; give the path of a module, or a target that --list shows`)
  let exported: { default?: unknown }
  try {
    if (/^\.[cm]?tsx?$/.test(extname(file))) (await import('tsx/esm/api')).register()
    exported = await import(pathToFileURL(file).href)
  } catch (error) {
    throw new ModuleError(`${path} does not load: ${oneLine(error)}`)
  }
  return checkImplementation(path, await made(path, exported.default))
}

async function made(path: string, value: unknown): Promise<unknown> {
  if (typeof value !== 'function') return value
  try {
    return await value()
  } catch (error) {
    throw new ModuleError(`${path}: its default export is a function that threw: ${oneLine(error)}`)
  }
}

/** The value itself, once it is known to be an Implementation. Throws ModuleError. */
function checkImplementation(path: string, value: unknown): Implementation {
  const checked = shape.safeParse(value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    const where = issue?.path.length ? `its ${issue.path.join('.')}` : 'its default export'
    throw new ModuleError(
      `${path}: ${where} is no Implementation (${issue?.message ?? 'wrong form'}); ` +
        `export default { name, precision: 'float32', operators: { conv2d({ x, w, b }, attributes) { … } } }`,
    )
  }
  for (const [name, operator] of Object.entries(checked.data.operators)) {
    if (!isOperatorName(name)) {
      const meant = nearest(
        name,
        operators.map((row) => row.name),
      )
      throw new ModuleError(`${path}: operators.${name} is no operator of the contract; did you mean ${meant}?`)
    }
    if (typeof operator !== 'function')
      throw new ModuleError(`${path}: operators.${name} is ${typeof operator}; it must be a function`)
  }
  return value as Implementation
}

const oneLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!
