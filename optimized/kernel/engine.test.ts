import { expect, it } from 'vitest'
import { Assembler } from './assembler.ts'
import { Engine } from './engine.ts'
import { i32 } from './expression.ts'

const constant = (value: number) => (): Assembler => {
  const module = new Assembler()
  module.function('value', (f) => f.return(i32.const(value)), 'i32')
  return module
}

it('blocks do not overlap, memory grows to hold them, and the view follows it', () => {
  const engine = new Engine()
  const sizes = [100, 5_000_000, 4]
  const starts = engine.layout(sizes)!
  for (const [i, start] of starts.entries()) {
    expect(start % 64).toBe(0)
    expect(start + sizes[i]!).toBeLessThanOrEqual(starts[i + 1] ?? engine.memory.buffer.byteLength)
  }
  expect(engine.view.buffer).toBe(engine.memory.buffer)
})

it('what memory cannot hold is refused, not attempted', () => {
  const engine = new Engine()
  const before = engine.memory.buffer.byteLength
  expect(engine.layout([2 ** 31])).toBeUndefined()
  expect(engine.memory.buffer.byteLength).toBe(before)
})

it('a module is compiled once while it is among the last 128 used', () => {
  const engine = new Engine()
  let emitted = 0
  const use = (key: number): number =>
    engine.kernels(`${key}`, () => {
      emitted++
      return constant(key)()
    })('value')()
  for (let key = 0; key < 128; key++) expect(use(key)).toBe(key)
  use(0)
  expect(emitted).toBe(128)
  use(128)
  use(0)
  expect(emitted).toBe(129)
  use(1)
  expect(emitted).toBe(130)
})
