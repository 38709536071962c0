import { defineConfig } from 'vitest/config'

/** The tests a mutant must fail: those of what is mutated, by hand-written numbers, and not of what is built upon it. */
export default defineConfig({
  test: {
    include: [
      'reference/operator/*.test.ts',
      'reference/signal/*.test.ts',
      'reference/shape/*.test.ts',
      'reference/*.test.ts',
      'properties/verdict*.test.ts',
    ],
  },
})
