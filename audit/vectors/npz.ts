/** NumPy's .npz: a zip archive with one .npy an array, named after it. */
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
  for (const [file, content] of Object.entries(unzipped(bytes))) {
    const name = file.replace(/\.npy$/, '')
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
