import { afterEach, expect, it, vi } from 'vitest'
import { judge } from '../audit/judge.ts'
import { parseCase } from '../properties/descriptor.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The ladder as a process without the feature loads it. */
async function ladderWithout(feature: 'WebAssembly' | 'SIMD') {
  vi.resetModules()
  const stub = feature === 'WebAssembly' ? undefined : { ...WebAssembly, validate: () => false }
  vi.stubGlobal('WebAssembly', stub)
  return import('./index.ts')
}

it.each(['WebAssembly', 'SIMD'] as const)(
  'without %s, optimized is the blocked rung, says so, and computes',
  async (feature) => {
    const { optimized, simd, winograd32 } = await ladderWithout(feature)
    expect(simd).toBeUndefined()
    expect(optimized.name).toBe('optimized')
    expect(optimized.version).toBe('blocked: this engine has no WebAssembly SIMD')
    for (const implementation of [optimized, winograd32]) {
      const outcome = await judge(implementation, parseCase('conv2d n1c3h9w8 m5r3s3 pd1 bias @exact#1'))
      expect(outcome.status).toBe('held')
    }
  },
)

it('with SIMD, it is the rung of that name, and says so', async () => {
  const { optimized, simd } = await import('./index.ts')
  expect(simd?.name).toBe('simd')
  expect(optimized.version).toMatch(/^simd/)
})
