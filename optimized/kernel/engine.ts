/**
 * Where emitted kernels live: one memory, and a bounded cache of compiled modules by what they depend on. A call lays its blocks
 * out in the memory anew and copies results out of it, so that no result is ever a view into it and growth harms nobody.
 */
import type { Assembler } from './assembler.ts'
import { grown, PAGE } from './pages.ts'
import { W_BIAS } from './tile.ts'

export type Kernel = (...values: number[]) => number
/** The functions of a module by name, and the module, which other threads can have as well. */
export interface Kernels {
  (name: string): Kernel
  readonly module: WebAssembly.Module
}

/** Modules kept compiled; the one used longest ago goes first. ResNet-50 forward and backward has below 100 shapes. */
const MOST_MODULES = 128
/** Addresses are signed in the kernels' tests: memory ends below 2 GiB. */
const MOST_PAGES = 32767

export class Engine {
  readonly memory: WebAssembly.Memory
  private readonly shared: boolean
  private floats: Float32Array
  private readonly modules = new Map<string, Kernels>()

  /** `shared` is a memory that other threads may compute in. */
  constructor(shared = false) {
    this.shared = shared
    this.memory = new WebAssembly.Memory({ initial: 64, maximum: MOST_PAGES, shared })
    this.floats = new Float32Array(this.memory.buffer)
  }

  /** The module emitted for this key, compiled at its first use. */
  kernels(key: string, emit: () => Assembler): Kernels {
    const known = this.modules.get(key)
    const kernels = known ?? this.compile(emit())
    if (known) this.modules.delete(key)
    else if (this.modules.size >= MOST_MODULES) this.modules.delete(this.modules.keys().next().value!)
    this.modules.set(key, kernels)
    return kernels
  }

  /** Byte addresses of blocks of so many bytes each, one behind the other; undefined when memory has no room for them. */
  layout(sizes: readonly number[]): number[] | undefined {
    let end = W_BIAS
    const starts = sizes.map((bytes) => {
      const start = end
      end += Math.ceil(bytes / 64) * 64 + 64
      return start
    })
    return this.reach(end) ? starts : undefined
  }

  /** Makes the memory as long as `end` bytes at least; false when there is no room. */
  reach(end: number): boolean {
    const pages = Math.ceil(end / PAGE)
    if (pages > MOST_PAGES) return false
    const have = this.memory.buffer.byteLength / PAGE
    if (pages > have && !grown(this.memory, pages - have)) return false
    if (this.floats.buffer !== this.memory.buffer) this.floats = new Float32Array(this.memory.buffer)
    return true
  }

  /** The same by name, sizes in float32 numbers; addresses are bytes. */
  place<Name extends string>(numbers: Readonly<Record<Name, number>>): Record<Name, number> | undefined {
    const names = Object.keys(numbers) as Name[]
    const starts = this.layout(names.map((name) => 4 * numbers[name]))
    return starts && (Object.fromEntries(names.map((name, i) => [name, starts[i]])) as Record<Name, number>)
  }

  /** All of memory as float32: element i lies at byte 4·i. Not to be kept beyond a `layout` or `reach`. */
  get view(): Float32Array {
    return this.floats
  }

  private compile(assembler: Assembler): Kernels {
    const bytes = assembler.bytes(this.shared ? MOST_PAGES : undefined)
    return kernelsOf(new WebAssembly.Module(bytes), this.memory)
  }
}

/** The kernels of a compiled module over a memory. */
export function kernelsOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const named = (name: string): Kernel => {
    const exported = exports[name]
    if (typeof exported !== 'function') throw new TypeError(`kernel: the module has no function ${name}`)
    return (...values) => exported(...values)
  }
  return Object.assign(named, { module })
}
