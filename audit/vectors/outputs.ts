/** The output that somebody put beside a vector, in one of four forms. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Precision } from '../../reference/contract.ts'
import { shapeText, sizeOf, type Tensor, tensor } from '../../reference/tensor.ts'
import { fromWire, wireTensor } from '../pipe/wire.ts'
import { readTensorProto } from '../target/onnx/tensorProto.ts'
import { readNpy, Unreadable } from './npy.ts'
import { readNpz } from './npz.ts'

export type Output =
  | { readonly status: 'given'; readonly file: string; readonly value: Tensor }
  | { readonly status: 'missing' }
  | { readonly status: 'unsupported'; readonly file: string; readonly message: string }
  | { readonly status: 'unreadable'; readonly file: string; readonly message: string }

type Read = Tensor | { readonly unsupported: string }

const readers: Readonly<Record<string, (bytes: Uint8Array, precision: Precision) => Read>> = {
  'output.npy': readNpy,
  'output.npz': (bytes) => onlyArray(readNpz(bytes)),
  'output.json': readJson,
  'output_0.pb': readPb,
}
export const outputFiles = Object.keys(readers)

/** The output in a vector's folder. Never throws for what a file holds. */
export function readOutput(folder: string, precision: Precision): Output {
  const found = outputFiles.filter((name) => existsSync(join(folder, name)))
  const [file, second] = found
  if (file === undefined) return { status: 'missing' }
  if (second !== undefined)
    return { status: 'unreadable', file, message: `there are both ${file} and ${second}; keep one` }
  try {
    const value = readers[file]!(readFileSync(join(folder, file)), precision)
    if ('unsupported' in value) return { status: 'unsupported', file, message: value.unsupported }
    return { status: 'given', file, value }
  } catch (error) {
    const known = error instanceof Error && ['Unreadable', 'TensorProtoError', 'RangeError'].includes(error.name)
    if (!known && !isSystemError(error)) throw error
    return { status: 'unreadable', file, message: (error as Error).message }
  }
}

/** EISDIR, EACCES: the file system's own words. */
const isSystemError = (error: unknown): boolean => error instanceof Error && 'code' in error && 'errno' in error

function onlyArray(arrays: ReadonlyMap<string, Tensor>): Tensor {
  const [only] = arrays.values()
  const named = arrays.get('y') ?? (arrays.size === 1 ? only : undefined)
  if (named) return named
  const names = [...arrays.keys()].join(', ') || 'none'
  throw new Unreadable(
    `the .npz holds ${arrays.size} arrays (${names}); give one, or call it y: numpy.savez(path, y=y)`,
  )
}

const special = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY } as const
const listed = z.object({
  shape: z.array(z.int().nonnegative()),
  type: z.enum(['float32', 'float64']).optional(),
  data: z.array(z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])),
})
const document = z.union([wireTensor, listed, z.object({ unsupported: z.string().min(1) })])

function readJson(bytes: Uint8Array, precision: Precision): Read {
  const parsed = document.safeParse(jsonOf(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) {
    throw new Unreadable(
      'it is no { "shape": [2], "data": [1, "NaN"] }, nor { shape, type, data } with data in base64, nor { "unsupported": "why" }',
    )
  }
  const value = parsed.data
  if ('unsupported' in value) return value
  if (typeof value.data === 'string')
    return fromWire({ ...value, type: 'type' in value ? value.type! : precision, data: value.data })
  const { shape, type = precision, data } = value
  if (data.length !== sizeOf(shape))
    throw new Unreadable(
      `shape ${shapeText(shape)} needs ${sizeOf(shape)} numbers, data lists ${data.length}; list each`,
    )
  const numbers = data.map((v) => (typeof v === 'number' ? v : special[v]))
  return tensor(shape, numbers, type)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const bare = /[[,:\s](NaN|-?Infinity)\b/.test(text)
      ? '; JSON has no NaN and no Infinity, write them as strings'
      : ''
    throw new Unreadable(`it is no JSON (${error instanceof Error ? error.message : String(error)})${bare}`)
  }
}

function readPb(bytes: Uint8Array): Tensor {
  const { value } = readTensorProto(bytes)
  if (value.was === undefined) return value
  throw new Unreadable(`the TensorProto holds ${value.was}; write float32 or float64, in the precision of the manifest`)
}
