/**
 * A small assembler for WebAssembly: functions over one imported memory, written as typed expressions and statements.
 *
 *   const module = new Assembler()
 *   const add = module.function('add', (f, a, b) => f.return(i32.add(a.get, b.get)), 'i32')
 *   new WebAssembly.Module(module.bytes())
 *
 * It knows what the kernels need and no more: parameters are i32 (addresses and counts), as many as the writer of the
 * body takes; functions return nothing or one value; loops run a counted number of times.
 */
import { type Bytes, name, section, sized, unsigned, vector, Writer, written } from './encode.ts'
import { type Expression, i32, store, type Type } from './expression.ts'

const CODES: Readonly<Record<Type, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b }

/** A parameter or local variable of a function. */
export interface Local<T extends Type> {
  readonly type: T
  readonly index: number
  readonly get: Expression<T>
}

/** A function of the module that others may call. */
export interface Callable {
  readonly name: string
  readonly index: number
  readonly arity: number
}

const local = <T extends Type>(type: T, index: number): Local<T> => ({
  type,
  index,
  get: { type, bytes: [0x20, ...unsigned(index)] },
})

/** The body of one function, statement by statement. */
export class FunctionBuilder {
  readonly code = new Writer()
  readonly locals: Type[] = []
  private readonly arity: number

  constructor(arity: number) {
    this.arity = arity
  }

  local<T extends Type>(type: T): Local<T> {
    this.locals.push(type)
    return local(type, this.arity + this.locals.length - 1)
  }

  set<T extends Type>(to: Local<T>, value: Expression<T>): void {
    this.code.write(value.bytes)
    this.code.byte(0x21)
    this.code.write(unsigned(to.index))
  }

  /** to += bytes; nothing where bytes is 0. */
  advance(to: Local<'i32'>, bytes: number): void {
    if (bytes !== 0) this.set(to, i32.add(to.get, i32.const(bytes)))
  }

  storeF32(address: Expression<'i32'>, value: Expression<'f32'>, offset = 0): void {
    this.code.write(store.f32(address, value, offset))
  }

  storeV128(address: Expression<'i32'>, value: Expression<'v128'>, offset = 0): void {
    this.code.write(store.v128(address, value, offset))
  }

  storeLane32(address: Expression<'i32'>, value: Expression<'v128'>, lane: number, offset = 0): void {
    this.code.write(store.lane32(address, value, lane, offset))
  }

  if(condition: Expression<'i32'>, then: () => void, otherwise?: () => void): void {
    this.code.write([condition.bytes, 0x04, 0x40])
    then()
    if (otherwise) {
      this.code.byte(0x05)
      otherwise()
    }
    this.code.byte(0x0b)
  }

  /** Runs the body `count` times, not at all for 0. The test stands at the end, where a processor expects it. */
  times(count: Expression<'i32'> | number, body: () => void): void {
    if (count === 0) return
    if (count === 1) {
      body()
      return
    }
    const left = this.local('i32')
    this.set(left, typeof count === 'number' ? i32.const(count) : count)
    const loop = (): void => {
      this.code.write([0x03, 0x40])
      body()
      this.code.write([i32.sub(left.get, i32.const(1)).bytes, 0x22, unsigned(left.index), 0x0d, 0, 0x0b])
    }
    if (typeof count === 'number') loop()
    else this.if(i32.gtS(left.get, i32.const(0)), loop)
  }

  call(callee: Callable, ...values: readonly Expression<'i32'>[]): void {
    if (values.length !== callee.arity) {
      throw new TypeError(`assembler: ${callee.name} takes ${callee.arity} values, the call has ${values.length}`)
    }
    this.code.write([values.map((value) => value.bytes), 0x10, unsigned(callee.index)])
  }

  return(value: Expression<Type>): void {
    this.code.write([value.bytes, 0x0f])
  }
}

interface Emitted {
  readonly name: string
  readonly arity: number
  readonly result: Type | undefined
  readonly body: FunctionBuilder
}

/** A module with one imported memory, `env.memory`; all its functions are exported by their names. */
export class Assembler {
  private readonly functions: Emitted[] = []

  function(name: string, write: (f: FunctionBuilder, ...parameters: Local<'i32'>[]) => void, result?: Type): Callable {
    const arity = write.length - 1
    const body = new FunctionBuilder(arity)
    write(body, ...Array.from({ length: arity }, (_, index) => local('i32', index)))
    // `unreachable`: the body returns before, and without it the end of a function would want a value of its own. A body that
    // forgets to return traps.
    if (result !== undefined) body.code.byte(0x00)
    this.functions.push({ name, arity, result, body })
    return { name, index: this.functions.length - 1, arity }
  }

  /** `sharedPages` is the maximum of a shared memory; without it the memory is an ordinary one. */
  bytes(sharedPages?: number): Uint8Array<ArrayBuffer> {
    const types = this.functions.map(({ arity, result }) => [
      0x60,
      vector(new Array<number[]>(arity).fill([CODES.i32])),
      vector(result === undefined ? [] : [[CODES[result]]]),
    ])
    const limits = sharedPages === undefined ? [0x00, 0] : [0x03, 0, unsigned(sharedPages)]
    const memory = [name('env'), name('memory'), 0x02, limits]
    const exported = this.functions.map((f, index) => [name(f.name), 0x00, unsigned(index)])
    return written([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types)),
      section(2, vector([memory])),
      section(3, vector(this.functions.map((_, index) => unsigned(index)))),
      section(7, vector(exported)),
      section(10, vector(this.functions.map(({ body }) => encodeBody(body)))),
    ])
  }
}

const encodeBody = ({ locals, code }: FunctionBuilder): Bytes =>
  sized([vector(locals.map((type) => [1, CODES[type]])), code.bytes, 0x0b])
