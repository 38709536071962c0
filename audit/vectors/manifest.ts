/**
 * manifest.json: what a folder of vectors holds. A vector is named by its descriptor, from which `judge` draws the operands
 * again; the digest says whether they are those that were written.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Call } from '../../properties/case.ts'
import { formats } from '../../properties/format.ts'
import { isOperatorName } from '../../reference/operators.ts'
import { toWire } from '../pipe/wire.ts'
import { Unreadable } from './npy.ts'

/** Raised when a field changes its meaning or goes; new fields leave it. */
export const SCHEMA_VERSION = 1

export const vectorFormats = ['json', 'npz', 'onnx'] as const
export type VectorFormat = (typeof vectorFormats)[number]

const operatorName = z.string().refine(isOperatorName, 'no operator has this name')

const manifestVector = z.object({
  /** Its folder. */
  name: z.string().regex(/^[A-Za-z0-9-]+$/),
  operator: operatorName,
  /** Descriptor: `cnn-oracle replay '<case>'` runs it. */
  case: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  /** Shapes of the operands and of the result. */
  shapes: z.record(z.string(), z.array(z.int())),
  /** SHA-256 over the operands. */
  digest: z.string(),
  /** Mistakes that this vector alone kills, all that it kills, and those of them that only break a convention. */
  hunts: z.array(z.string()),
  kills: z.array(z.string()),
  conventions: z.array(z.string()),
  /** Whether a model.onnx stands in the folder; where not, why. */
  onnx: z.union([z.literal(true), z.string()]),
})

const manifestOperator = z.object({
  operator: operatorName,
  /** Mistakes that were run, cases that were tried, and mistakes that none of them kills. */
  mistakes: z.int(),
  searched: z.int(),
  alive: z.array(z.string()),
})

const manifest = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  tool: z.object({ name: z.string(), version: z.string() }),
  seed: z.int(),
  precision: z.enum(Object.keys(formats) as ['float32', 'float64']),
  formats: z.array(z.enum(vectorFormats)),
  operators: z.array(manifestOperator).min(1),
  vectors: z.array(manifestVector).min(1),
  /** What each mistake is, by its name. */
  mistakes: z.record(z.string(), z.string()),
})

export type Manifest = z.infer<typeof manifest>
export type ManifestVector = z.infer<typeof manifestVector>

/** Throws Unreadable, which names the file and the field. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path))
    throw new Unreadable(`${folder} holds no manifest.json; name a folder that cnn-oracle vectors export wrote`)
  const parsed = manifest.safeParse(jsonOf(path))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Unreadable(`${path}: ${issue?.path.join('.')}: ${issue?.message}; export the vectors again`)
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Unreadable(`${path} is no JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

/** SHA-256 over names, shapes, types and numbers of the operands. */
export function digestOf({ operands }: Call): string {
  const hash = createHash('sha256')
  for (const [name, operand] of Object.entries(operands)) {
    if (!operand) continue
    const { shape, type, data } = toWire(operand)
    hash.update(`${name} ${type} ${shape.join(',')} ${data}\n`)
  }
  return hash.digest('hex')
}
