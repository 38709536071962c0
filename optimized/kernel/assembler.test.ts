import { describe, expect, it } from 'vitest'
import { Assembler, type FunctionBuilder, type Local } from './assembler.ts'
import { signed, unsigned } from './encode.ts'
import { type Expression, f32, f32x4, i32, v128 } from './expression.ts'
import { hasFusedMultiplyAdd } from './features.ts'
import { quads } from './transpose.ts'

const memory = new WebAssembly.Memory({ initial: 1 })
const floats = new Float32Array(memory.buffer)

/** The function a body makes, over `floats`. */
function compiled(write: (f: FunctionBuilder, ...p: Local<'i32'>[]) => void, result?: 'i32' | 'f32') {
  const module = new Assembler()
  module.function('f', write, result)
  expect(WebAssembly.validate(module.bytes())).toBe(true)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const { f } = instance.exports
  if (typeof f !== 'function') throw new TypeError('no function')
  return f
}

/** What one vector operation makes of the four numbers at 0 and those at 16. */
function vectors(operation: (a: Expression<'v128'>, b: Expression<'v128'>) => Expression<'v128'>): number[] {
  floats.set([1.5, -2, 3, 4, 10, 20, 30, -40])
  compiled((f) => f.storeV128(i32.const(64), operation(v128.load(i32.const(0)), v128.load(i32.const(16)))))()
  return [...floats.subarray(16, 20)]
}

describe('LEB128', () => {
  it('unsigned: the example of the specification, 624485, and the ends', () => {
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26])
    expect([unsigned(0), unsigned(127), unsigned(128)]).toEqual([[0], [127], [128, 1]])
    expect(unsigned(2 ** 32 - 1)).toEqual([255, 255, 255, 255, 15])
  })

  it('signed: −123456, and numbers whose bit 6 looks like a sign', () => {
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78])
    expect([signed(63), signed(64), signed(-64), signed(-65)]).toEqual([[63], [192, 0], [64], [191, 127]])
  })

  it('an offset below zero is refused, not wrapped', () => {
    expect(() => v128.load(i32.const(0), -4)).toThrow(/-4 is no unsigned/)
  })
})

describe('expressions', () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)])('i32.const(%d) is itself', (value) => {
    expect(compiled((f) => f.return(i32.const(value)), 'i32')()).toBe(value)
  })

  it('i32 operations', () => {
    const of = (operation: (a: Expression<'i32'>, b: Expression<'i32'>) => Expression<'i32'>): unknown =>
      compiled((f, a, b) => f.return(operation(a.get, b.get)), 'i32')(17, 5)
    const { add, sub, mul, divU, remU, and, gtS, ltS } = i32
    expect([add, sub, mul, divU, remU, and, gtS, ltS].map(of)).toEqual([22, 12, 85, 3, 2, 1, 1, 0])
  })

  it('f32 operations round to single precision', () => {
    const sum = compiled((f) => f.return(f32.add(f32.const(2 ** 24), f32.mul(f32.const(1), f32.const(1)))), 'f32')
    expect(sum()).toBe(2 ** 24)
  })

  it('f32x4 operations', () => {
    expect(vectors(f32x4.add)).toEqual([11.5, 18, 33, -36])
    expect(vectors(f32x4.mul)).toEqual([15, -40, 90, -160])
    expect(vectors(f32x4.min)).toEqual([1.5, -2, 3, -40])
    expect(vectors(f32x4.max)).toEqual([10, 20, 30, 4])
    expect(vectors((a) => f32x4.splat(f32x4.extractLane(a, 2)))).toEqual([3, 3, 3, 3])
    expect(vectors(() => v128.load32Splat(i32.const(8), 12))).toEqual([20, 20, 20, 20])
    expect(vectors((a, b) => v128.shuffle32(a, b, [3, 4, 0, 7]))).toEqual([4, 10, 1.5, -40])
    if (hasFusedMultiplyAdd) expect(vectors((a, b) => f32x4.relaxedMadd(a, b, b))).toEqual([25, -20, 120, -200])
  })

  it('four vectors are transposed', () => {
    floats.set(Array.from({ length: 16 }, (_, i) => i))
    compiled((f) => {
      const row = (i: number) => {
        const local = f.local('v128')
        f.set(local, v128.load(i32.const(16 * i)))
        return local
      }
      for (const [i, column] of quads(f, [row(0), row(1), row(2), row(3)]).entries())
        f.storeV128(i32.const(64), column.get, 16 * i)
    })()
    expect([...floats.subarray(16, 32)]).toEqual([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15])
  })
})

describe('statements', () => {
  it.each([0, 1, 2, 7])('times runs a body %d times, counted when emitted and when run', (count) => {
    const counted = (times: (n: Local<'i32'>) => Expression<'i32'> | number) =>
      compiled((f, n) => {
        const sum = f.local('i32')
        f.times(times(n), () => f.advance(sum, 3))
        f.return(sum.get)
      }, 'i32')(count)
    expect(counted(() => count)).toBe(3 * count)
    expect(counted((n) => n.get)).toBe(3 * count)
  })

  it('if takes one of two ways', () => {
    const chosen = compiled((f, n) => {
      const way = f.local('i32')
      f.if(n.get, () => f.set(way, i32.const(5)), () => f.set(way, i32.const(6)))
      f.return(way.get)
    }, 'i32') // biome-ignore format: two ways side by side
    expect([chosen(1), chosen(0)]).toEqual([5, 6])
  })

  it('a call reaches the function it names, and a wrong number of values is refused', () => {
    const module = new Assembler()
    const put = module.function('put', (f, at, value) => f.storeF32(at.get, f32.load(value.get), 4))
    module.function('twice', (f, at) => f.call(put, at.get, i32.const(0)))
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
    floats[0] = 42
    const { twice } = instance.exports
    if (typeof twice !== 'function') throw new TypeError('no function')
    twice(96)
    expect(floats[25]).toBe(42)
    const wrong = new Assembler()
    const one = wrong.function('one', (f, at) => f.advance(at, 4))
    expect(() => wrong.function('bad', (f) => f.call(one))).toThrow('one takes 1 values, the call has 0')
  })

  it('a module over a shared memory validates and takes one', () => {
    const module = new Assembler()
    module.function('f', (f, at) => f.storeF32(at.get, f32.const(1)))
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true })
    expect(
      () => new WebAssembly.Instance(new WebAssembly.Module(module.bytes(16)), { env: { memory: shared } }),
    ).not.toThrow()
  })
})
