/**
 * Sessions of an ONNX runtime, kept by the bytes of their model: making one costs about a millisecond, a hundred times
 * a small operator. The least recently used idle one is released when there are too many.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Tensor } from '../../../reference/tensor.ts'

/** What onnxruntime-node and onnxruntime-web have in common. */
export type Runtime = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>

interface Entry {
  readonly session: Promise<InferenceSession>
  /** Calls that hold it; it is not released below them. */
  users: number
}

export class Sessions {
  readonly #runtime: Runtime
  readonly #options: InferenceSession.SessionOptions
  readonly #capacity: number
  readonly #entries = new Map<string, Entry>()

  constructor(runtime: Runtime, options: InferenceSession.SessionOptions, capacity = 32) {
    this.#runtime = runtime
    this.#options = options
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  /** Runs the model on named operands and returns its output `y`. The operands are handed over as they are, not copied. */
  async run(model: Uint8Array, operands: Readonly<Record<string, Tensor>>): Promise<Tensor> {
    const entry = this.#take(Buffer.from(model).toString('latin1'), model)
    try {
      const session = await entry.session
      const feeds: Record<string, OrtTensor> = {}
      for (const [name, { data, shape }] of Object.entries(operands)) feeds[name] = this.#feed(data, shape)
      const { y } = await session.run(feeds)
      if (y === undefined) throw new Error('the session returned no output named y')
      if (!(y.data instanceof Float32Array || y.data instanceof Float64Array)) {
        throw new TypeError(`the session returned elements of type ${y.type}`)
      }
      return { shape: y.dims, data: y.data }
    } finally {
      entry.users--
      await this.#shrink(this.#capacity)
    }
  }

  /** Releases every session that no call is using. */
  async close(): Promise<void> {
    await this.#shrink(0)
  }

  #feed(data: Float32Array | Float64Array, shape: readonly number[]): OrtTensor {
    const { Tensor } = this.#runtime
    return data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('float64', data, shape)
  }

  #take(key: string, model: Uint8Array): Entry {
    const entry = this.#entries.get(key) ?? { session: this.#create(key, model), users: 0 }
    entry.users++
    // A Map iterates in the order of insertion: reinserting makes the last used the last.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  async #create(key: string, model: Uint8Array): Promise<InferenceSession> {
    try {
      return await this.#runtime.InferenceSession.create(model, this.#options)
    } catch (error) {
      this.#entries.delete(key)
      throw error
    }
  }

  async #shrink(capacity: number): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= capacity) return
      if (entry.users > 0) continue
      this.#entries.delete(key)
      await (await entry.session).release()
    }
  }
}
