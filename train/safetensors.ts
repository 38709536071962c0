/**
 * The safetensors format: the length of a JSON header as a little-endian uint64, the header (name → dtype, shape, data_offsets;
 * texts under __metadata__), then the numbers, little-endian, row-major, without gaps.
 * Source: https://huggingface.co/docs/safetensors, "Format".
 */
import { z } from 'zod'
import type { Tensor } from '../reference/tensor.ts'
import { DataError } from './idx.ts'

export interface Bundle {
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly metadata: Readonly<Record<string, string>>
}

const entry = z.object({
  dtype: z.enum(['F32', 'F64']),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})
const object = z.record(z.string(), z.unknown())
const texts = z.record(z.string(), z.string())

export function writeSafetensors({ tensors, metadata }: Bundle): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let end = 0
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const dtype = data instanceof Float32Array ? 'F32' : 'F64'
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] }
    end += data.byteLength
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  // Padded with blanks, so that the numbers begin at a multiple of 8.
  const length = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + length + end)
  bytes.fill(0x20, 8, 8 + length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, 8)
  let at = 8 + length
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** `name` is what messages call the bytes. Throws DataError. */
export function readSafetensors(bytes: Uint8Array, name: string): Bundle {
  const fail = (why: string): never => {
    throw new DataError(`${name}: ${why}; give a safetensors file`)
  }
  if (bytes.length < 8) fail(`${bytes.length} bytes hold no length of 8`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > bytes.length - 8) fail(`the header is said to have ${length} bytes, ${bytes.length - 8} follow`)
  const header = object.safeParse(jsonOf(bytes.subarray(8, 8 + length)))
  if (!header.success) return fail('the header is no JSON object')
  const { __metadata__: said, ...rest } = header.data
  const numbers = bytes.subarray(8 + length)
  const tensors: Record<string, Tensor> = {}
  const spans: { key: string; from: number; to: number }[] = []
  for (const [key, value] of Object.entries(rest)) {
    const read = entry.safeParse(value)
    if (!read.success) return fail(`${key}: ${read.error.issues[0]?.message}`)
    const { dtype, shape, data_offsets } = read.data
    const size = shape.reduce((a, b) => a * b, dtype === 'F32' ? 4 : 8)
    const [from, to] = data_offsets
    if (to - from !== size || to > numbers.length)
      return fail(
        `${key}: (${shape.join(',')}) of ${dtype} needs ${size} bytes, [${from},${to}) of ${numbers.length} is given`,
      )
    spans.push({ key, from, to })
    // A copy of its own: slice() of Node's Buffer, which files are read into, would share the whole file.
    const { buffer } = new Uint8Array(numbers.subarray(from, to))
    tensors[key] = { shape, data: dtype === 'F32' ? new Float32Array(buffer) : new Float64Array(buffer) }
  }
  let end = 0
  for (const { key, from, to } of spans.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) fail(`${key}: its numbers begin at ${from}, those before it end at ${end}`)
    end = to
  }
  if (end !== numbers.length) fail(`the last numbers end at ${end} of ${numbers.length} bytes`)
  const metadata = texts.safeParse(said ?? {})
  return metadata.success ? { tensors, metadata: metadata.data } : fail('__metadata__ holds what is no text')
}

/** undefined where it is none. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
