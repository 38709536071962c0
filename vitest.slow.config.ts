import { defineConfig } from 'vitest/config'

/** What takes minutes: campaigns over many drawn cases. `npm run verify:slow`. */
export default defineConfig({
  test: {
    // CI=true alone would colour what is printed into a pipe.
    env: { NO_COLOR: '1' },
    include: ['**/*.slow.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'reports/**'],
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
  },
})
