/**
 * The threads rung on two threads beside the simd rung on one, in turns within one run: what counts is the ratio of two blocks of
 * calls that follow each other. `npm run bench:threads`, or with descriptors of your own behind `--`.
 *
 * Beside the median ratio stand the ratio of the fastest calls, which is what idle cores give, and the load of the machine: two
 * threads on cores that others use are no faster than the share they are given. Results are compared bit by bit before
 * anything is timed. Layers from 50 MFLOP on are those that must reach 1.8 ×; the small ones show from where on
 * sharing pays, which is LEAST_FLOPS of optimized/threads/index.ts.
 */
import { loadavg } from 'node:os'
import { simd, threadsOf } from '../optimized/index.ts'
import { instantiate } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import type { Implementation, Tensor } from '../reference/contract.ts'
import { callOperator, operatorRow } from '../reference/operators.ts'
import { intervalText, medianInterval } from './interval.ts'

const LAYERS = [
  'conv2d n1c64h56w56 m64r3s3 pd1 @real#1',
  'conv2d n1c64h56w56 m256r1s1 @real#1',
  'conv2d n1c256h56w56 m64r1s1 @real#1',
  'conv2d n1c128h28w28 m128r3s3 pd1 @real#1',
  'conv2d n1c256h14w14 m256r3s3 pd1 @real#1',
  'conv2d n1c512h7w7 m512r3s3 pd1 @real#1',
  'conv2d n1c3h224w224 m64r7s7 st2 pd3 @real#1',
  'conv2d n16c16h28w28 m32r3s3 pd1 @real#1',
  'conv2d n1c64h224w224 m64r3s3 pd1 @real#1',
  'conv2dInputGradient n1c64h56w56 m64r3s3 pd1 @real#1',
  'conv2dWeightGradient n1c64h56w56 m64r3s3 pd1 @real#1',
  'dense n64i1024o1024 bias @real#1',
  'conv2d n1c32h28w28 m32r3s3 pd1 @real#1',
  'conv2d n1c144h56w56 m144r3s3 pd1 g144 @real#1',
  'conv2d n1c16h28w28 m32r3s3 pd1 @real#1',
  'conv2d n1c16h14w14 m32r3s3 pd1 @real#1',
  'conv2d n1c8h14w14 m16r3s3 pd1 @real#1',
]
const ROUNDS = 40
/** Calls of a block, after one that wakes the worker and fills the caches. */
const CALLS = 4
const WARM = 20

if (!simd) throw new Error('bench: this engine has no WebAssembly SIMD, there is nothing to compare')
const one: Implementation = simd
const two: Implementation = threadsOf({ threads: 2, leastFlops: 0 })

function callOf(implementation: Implementation, descriptor: string): () => Tensor {
  const { operator, operands, attributes } = instantiate(parseCase(descriptor), 'float32')
  return () => {
    const result = callOperator(implementation, operator, operands, attributes)
    if (result === undefined || result instanceof Promise)
      throw new TypeError(`${implementation.name} must answer at once`)
    return result
  }
}

/** Milliseconds of each call of a block. */
function block(call: () => unknown): number[] {
  call()
  return Array.from({ length: CALLS }, () => {
    const start = performance.now()
    call()
    return performance.now() - start
  })
}

/** Two operations a product; what a result sums stands in the table. */
function flopsOf(descriptor: string, { shape }: Tensor): number {
  const { sizes, ...c } = parseCase(descriptor)
  const { attributes } = instantiate({ sizes, ...c }, 'float32')
  return 2 * operatorRow(c.operator).terms(sizes, attributes) * shape.reduce((a, b) => a * b, 1)
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!

process.stdout.write(`${one.name} ${one.version ?? ''} beside ${two.name} ${two.version ?? ''}\n`)
for (const descriptor of process.argv.length > 2 ? process.argv.slice(2) : LAYERS) {
  const [single, double] = [callOf(one, descriptor), callOf(two, descriptor)]
  const [expected, got] = [single(), double()]
  const differs = expected.data.findIndex((value, i) => !Object.is(value, got.data[i]))
  if (differs >= 0) throw new Error(`${two.name} differs at ${differs} of ${descriptor}; nothing was timed`)
  for (let i = 0; i < WARM; i++) block(double)
  for (let i = 0; i < WARM; i++) block(single)
  const [singles, doubles, ratios]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    const first = round % 2 ? block(double) : block(single)
    const second = round % 2 ? block(single) : block(double)
    const [a, b] = round % 2 ? [second, first] : [first, second]
    singles.push(...a)
    doubles.push(...b)
    ratios.push(median(a) / median(b))
  }
  const best = [Math.min(...singles), Math.min(...doubles)] as const
  process.stdout.write(
    `${descriptor.padEnd(52)} ${(flopsOf(descriptor, expected) / 1e6).toFixed(1).padStart(6)} MFLOP  ` +
      `${intervalText(medianInterval(ratios), ' ×')}, fastest ${best[0].toFixed(2)} / ${best[1].toFixed(2)} ms = ` +
      `${(best[0] / best[1]).toFixed(2)} ×, load ${loadavg()[0]!.toFixed(1)}\n`,
  )
}
await two.close?.()
