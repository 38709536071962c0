import { defineConfig } from 'vitest/config'

/** What takes minutes: campaigns over many drawn cases. `npm run verify:slow`. */
export default defineConfig({
  test: {
    include: ['**/*.slow.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'reports/**'],
    pool: 'forks',
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
  },
})
