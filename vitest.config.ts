import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // CI=true alone would colour what is printed into a pipe.
    env: { NO_COLOR: '1' },
    include: ['**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'dist/**', 'reports/**', '**/*.slow.test.ts'],
    // Adapters set what is global to a process: the backend of tfjs, the console, the tensors alive.
    pool: 'forks',
    // All cores: one less is the default, which on two cores leaves one idle. 134 s became 93 s.
    maxWorkers: '100%',
    // A first call loads its package and compiles WebAssembly: seconds on a busy machine.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
