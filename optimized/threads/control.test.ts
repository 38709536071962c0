import { afterEach, expect, it, vi } from 'vitest'
import { Control, DONE, FAILED } from './control.ts'

const control = (): Control => new Control(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }))
afterEach(() => vi.unstubAllGlobals())

it('parts are taken in the order of their release, each once, none before', () => {
  const threads = control()
  expect(threads.take()).toBeUndefined()
  threads.release(0, 65536, 10)
  expect(threads.take()).toBe(0)
  expect(threads.take()).toBeUndefined()
  threads.release(1, 4 * 2 ** 29, 20)
  threads.release(2, 65536 + 64, 30)
  expect([threads.take(), threads.take(), threads.take()]).toEqual([1, 2, undefined])
  expect(threads.messageOf(1)).toEqual({ byte: 4 * 2 ** 29, length: 20 })
})

it('a thread that is overtaken between its look and its grasp takes the next part', () => {
  const threads = control()
  for (let part = 0; part < 2; part++) threads.release(part, 65536, 10)
  const real = Atomics
  let other: number | undefined
  const compareExchange = (...grasp: [Int32Array, number, number, number]): number => {
    vi.unstubAllGlobals()
    other = threads.take()
    return real.compareExchange(...grasp)
  }
  vi.stubGlobal('Atomics', Object.assign(Object.create(real), { compareExchange }))
  expect([threads.take(), other]).toEqual([1, 0])
  expect(threads.take()).toBeUndefined()
})

it('the end of a part is seen with its state, and of an error what it said', () => {
  const threads = control()
  for (let part = 0; part < 2; part++) threads.release(part, 65536, 10)
  expect(threads.awaitFinish(0, 1)).toBe(false)
  threads.finish(0, DONE)
  expect([threads.finished, threads.stateOf(0), threads.stateOf(1)]).toEqual([1, DONE, 0])
  expect(threads.awaitFinish(0, 1)).toBe(true)
  threads.fail(1, new Error(`no luck ${'x'.repeat(2000)}`))
  threads.fail(1, new Error('none'))
  expect([threads.finished, threads.stateOf(1), threads.error]).toEqual([3, FAILED, 'none'])
})

it('a new job starts with nothing released and nothing finished', () => {
  const threads = control()
  threads.release(0, 65536, 10)
  threads.take()
  threads.finish(0, DONE)
  threads.reset()
  expect([threads.finished, threads.take()]).toEqual([0, undefined])
  threads.release(0, 65536, 10)
  expect([threads.stateOf(0), threads.take()]).toEqual([0, 0])
})

it('the parts of a job that workers know are released at once, under its number', () => {
  const threads = control()
  expect(threads.job).toBe(0)
  for (const job of [7, 8]) {
    threads.start(job, 2)
    expect([threads.job, threads.finished, threads.stateOf(0), threads.stateOf(1)]).toEqual([job, 0, 0, 0])
    expect([threads.take(), threads.take(), threads.take()]).toEqual([0, 1, undefined])
    threads.finish(1, DONE)
    threads.finish(0, DONE)
    expect(threads.finished).toBe(2)
  }
})
