/**
 * Mutation testing (`npm run mutants`): every line of the textbook and of the verdict is changed, one at a time, and some test
 * has to fail. The score that must hold is `break`; what survives is killed by a test or explained in MUTANTS.md.
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: ['reference/operator/*.ts', 'reference/signal/*.ts', 'properties/verdict.ts', '!**/*.test.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 1500,
  timeoutFactor: 1.25,
  thresholds: { high: 98, low: 95, break: 95 },
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  tempDirName: 'reports/stryker-tmp',
  cleanTempDir: 'always',
}
