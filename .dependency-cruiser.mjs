/**
 * Who may import whom. Each rule lists what a folder may reach, so that whatever is not named is forbidden; CONTRIBUTING.md
 * says the same in words, and house.test.ts breaks every rule once.
 */
const TEST = '\\.test\\.ts$'
/** Cases computed on paper, for the tests of the adapters. */
const TEST_SUPPORT = '^audit/target/byHand/'
/** Packages under audit: optional peers, which need not be there. */
const PEERS = '^node_modules/(@tensorflow/|onnxruntime-|@jax-js/jax/|convnetjs/|ml-matrix-convolution/)'
/** Matchers for vitest, an optional peer as well: who imports them has it. */
const MATCHERS = '^audit/suite/vitest\\.ts$'
const PUBLISHED = '^(index\\.ts$|(reference|optimized|properties|audit|bench|train|cli)/)'

/** Number systems load mathjs in one file through node:module, which hides it from here: who may have one has both. */
const MATHJS = ['^node_modules/mathjs/', '^module$']

/** What the optimized operators share with the textbook, and themselves. */
const BESIDE_OPTIMIZED = ['^optimized/', '^reference/(contract|tensor)\\.ts$', '^reference/shape/']

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A file is understood from what it imports; in a cycle nothing comes first.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports and that imports nothing is left over.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [TEST, '\\.d\\.ts$', '^[^/]+\\.config\\.m?[jt]s$', '^\\.dependency-cruiser\\.mjs$'],
      },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'An import that does not resolve is one that no rule can judge.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'A package that package.json does not name is there by accident.',
      severity: 'error',
      from: {},
      // dependency-cruiser calls an optional peer 'npm-no-pkg' as well.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-development-packages',
      comment: 'Who installs cnn-oracle does not have them.',
      severity: 'error',
      from: { path: PUBLISHED, pathNot: [TEST, TEST_SUPPORT, MATCHERS] },
      to: { dependencyTypes: ['npm-dev'], pathNot: PEERS },
    },
    {
      name: 'peers-in-adapters',
      comment: 'A package under audit is behind its adapter and nowhere else.',
      severity: 'error',
      from: { pathNot: '^audit/target/' },
      to: { path: PEERS },
    },
    {
      name: 'tests-apart',
      comment: 'Tests, their fixtures and their support are not published.',
      severity: 'error',
      from: { pathNot: [TEST, '^fixtures/', TEST_SUPPORT] },
      to: { path: [TEST, '^fixtures/', TEST_SUPPORT] },
    },
    {
      name: 'reference',
      comment: 'The textbook stands on nothing but itself.',
      severity: 'error',
      from: { path: '^reference/', pathNot: TEST },
      to: { pathNot: ['^reference/', ...MATHJS] },
    },
    {
      name: 'mathjs',
      comment: 'Formulas are written over an Arithmetic; mathjs makes number systems and reads expressions.',
      severity: 'error',
      from: {
        path: '^reference/',
        pathNot: [TEST, '^reference/arithmetic/', '^reference/signal/expression\\.ts$'],
      },
      to: { path: MATHJS },
    },
    {
      name: 'optimized',
      comment: 'The optimized operators share the contract and the shapes with the textbook, never a formula.',
      severity: 'error',
      from: { path: '^optimized/', pathNot: [TEST, '^optimized/threads/'] },
      to: { pathNot: BESIDE_OPTIMIZED },
    },
    {
      name: 'threads',
      comment: 'Worker threads need Node, and tsx where they run from source; nothing else of optimized/ needs either.',
      severity: 'error',
      from: { path: '^optimized/threads/', pathNot: TEST },
      to: { pathNot: [...BESIDE_OPTIMIZED, '^worker_threads$', '^os$', '^node_modules/tsx/'] },
    },
    {
      name: 'properties',
      comment: 'What must hold for every implementation knows none but the textbook.',
      severity: 'error',
      from: { path: '^properties/', pathNot: TEST },
      to: { pathNot: ['^properties/', '^reference/', '^node_modules/fast-check/'] },
    },
    {
      name: 'audit',
      comment: 'An audit needs no benchmark and no command line.',
      severity: 'error',
      from: { path: '^audit/', pathNot: TEST },
      to: { path: ['^(bench|cli)/', '^index\\.ts$'] },
    },
    {
      name: 'train',
      comment: 'Training takes any implementation as an argument and needs none.',
      severity: 'error',
      from: { path: '^train/', pathNot: TEST },
      to: { path: ['^(optimized|audit|bench|cli)/', '^index\\.ts$'] },
    },
    {
      name: 'bench',
      comment: 'A benchmark is run by the command line, not the other way round.',
      severity: 'error',
      from: { path: '^bench/', pathNot: TEST },
      to: { path: ['^cli/', '^index\\.ts$'] },
    },
    {
      name: 'cli-on-top',
      comment: 'Whatever a command does can be done without one.',
      severity: 'error',
      from: { pathNot: '^cli/' },
      to: { path: '^cli/' },
    },
  ],
  options: {
    // A project of its own, which has this package from its tarball: audit/suite/example.slow.test.ts.
    exclude: { path: '^audit/example/' },
    doNotFollow: { path: ['node_modules', '^dist/', '^coverage/', '^reports/'] },
    // Types count: a cycle of types is a cycle of thoughts.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
