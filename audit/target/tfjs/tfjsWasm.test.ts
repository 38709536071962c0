import { expect, test, vi } from 'vitest'
import { type Implementation, Unsupported } from '../../../reference/contract.ts'
import { tfjsWasm } from '../tfjs.ts'
import { cases } from './handwritten.ts'

const heard = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(process.stdout, 'write')]
const implementations = await tfjsWasm.load()
const words = heard.flatMap((spy) => spy.mock.calls)
for (const spy of heard) spy.mockRestore()
const way = (i: Implementation): string => i.name.split('/')[1] ?? 'explicit'

/** Without a kernel in the WebAssembly backend, as its README says of gradients. */
const missing = (operator: string, name: string): boolean =>
  operator === 'conv2dWeightGradient' || (name.startsWith('fused') && /^conv2d.*Gradient$/.test(operator))
const depthwiseGradient = 'conv2dInputGradient: depthwise with multiplier 2'

test('loading says nothing on the console', () => {
  expect(words).toEqual([])
})

test.each(cases)('$name', async (handwritten) => {
  const before = structuredClone(handwritten.operands)
  const said: string[] = []
  for (const implementation of implementations) {
    const number = way(implementation).endsWith('number') && !handwritten.ways.includes(way(implementation))
    if (implementation.operators[handwritten.operator] === undefined || number) continue
    try {
      const y = await handwritten.run(implementation)
      said.push(way(implementation))
      expect(y.shape, implementation.name).toEqual(handwritten.expected.shape)
      expect(y.data, implementation.name).toBeInstanceOf(Float32Array)
      handwritten.expected.data.forEach((value, i) => {
        expect(y.data[i], implementation.name).toBeCloseTo(value, 5)
      })
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
    }
    expect(handwritten.operands, `${implementation.name} changed an operand`).toEqual(before)
  }
  const ways = handwritten.ways.filter(
    (name) => name !== 'nchw' && !missing(handwritten.operator, name) && handwritten.name !== depthwiseGradient,
  )
  expect(said.sort()).toEqual([...ways].sort())
})

test('a gradient without a kernel is Unsupported and names it', async () => {
  const c = cases.find((one) => one.operator === 'conv2dWeightGradient')
  const main = implementations.find((i) => way(i) === 'explicit')
  if (c === undefined || main === undefined) throw new Error('nothing to test')
  await expect(c.run(main)).rejects.toThrow(Unsupported)
  await expect(c.run(main)).rejects.toThrow("Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'")
})

test('started anew it listens to the process once, not once more each time', async () => {
  await tfjsWasm.load()
  const listeners = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')
  await tfjsWasm.load()
  expect(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')).toBe(listeners)
})
