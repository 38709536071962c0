/** NumPy's .npz: a zip archive with one .npy an array, named after it. */
import { crc32 } from 'node:zlib'
import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate'
import type { Tensor } from '../../reference/tensor.ts'
import { readNpy, Unreadable, writeNpy } from './npy.ts'

/** The earliest time a zip can hold: the same arrays give the same bytes. */
const EPOCH = new Date(1980, 0, 1)
/** What an output may unpack to; a small archive can claim anything. */
const MOST_BYTES = 2 ** 30

export function writeNpz(arrays: Readonly<Record<string, Tensor | undefined>>): Uint8Array {
  const files: Record<string, Uint8Array> = {}
  for (const [name, array] of Object.entries(arrays)) if (array) files[`${name}.npy`] = writeNpy(array)
  return zipSync(files, { mtime: EPOCH })
}

/** Arrays by name. Throws Unreadable, which names the array. */
export function readNpz(bytes: Uint8Array): Map<string, Tensor> {
  const arrays = new Map<string, Tensor>()
  const sums = checksums(bytes)
  for (const [file, content] of Object.entries(unzipped(bytes))) {
    const name = file.replace(/\.npy$/, '')
    if (sums.get(file) !== crc32(content))
      throw new Unreadable(`${file}: its checksum is not that of its bytes, the archive is damaged; save it again`)
    try {
      arrays.set(name, readNpy(content))
    } catch (error) {
      throw error instanceof Unreadable ? new Unreadable(`${file}: ${error.message}`) : error
    }
  }
  return arrays
}

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    total += originalSize
    if (total > MOST_BYTES)
      throw new Unreadable(`the .npz unpacks to more than 1 GiB at ${name}; save the outputs of one vector alone`)
    return true
  }
  try {
    return unzipSync(bytes, { filter })
  } catch (error) {
    if (error instanceof Unreadable) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new Unreadable(`it is no .npz archive that can be read (${why}); write it with numpy.savez`)
  }
}

/** An entry of the central directory: its signature, then where its checksum, the lengths behind it and its name stand. */
const ENTRY = { signature: 0x02014b50, crc: 16, name: 28, extra: 30, comment: 32, size: 46 } as const
/** The end of the directory, 22 bytes and a comment: the number of entries and where they begin. */
const END = { signature: 0x06054b50, entries: 10, start: 16, size: 22 } as const

/** CRC-32 of each file as the archive has it, which fflate does not look at. Source: PKWARE, APPNOTE.TXT §4.3. */
function checksums(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const sums = new Map<string, number>()
  let end = bytes.length - END.size
  while (end >= 0 && view.getUint32(end, true) !== END.signature) end--
  if (end < 0) return sums
  let at = view.getUint32(end + END.start, true)
  for (let i = view.getUint16(end + END.entries, true); i > 0 && at + ENTRY.size <= bytes.length; i--) {
    if (view.getUint32(at, true) !== ENTRY.signature) break
    const [name, extra, comment] = [ENTRY.name, ENTRY.extra, ENTRY.comment].map((field) =>
      view.getUint16(at + field, true),
    )
    const file = Buffer.from(bytes.subarray(at + ENTRY.size, at + ENTRY.size + name!)).toString('utf8')
    sums.set(file, view.getUint32(at + ENTRY.crc, true))
    at += ENTRY.size + name! + extra! + comment!
  }
  return sums
}
