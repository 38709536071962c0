/**
 * The threads rung on two threads beside the simd rung on one, in turns within one run: what counts is the ratio of two blocks of
 * calls that follow each other. `npm run bench:threads`, or with descriptors of your own behind `--`.
 *
 * Two threads on cores that others use are no faster than the share they are given. A round counts as undisturbed when its threads
 * waited for a core for less than DELAYED of its time, by the scheduler's own account (/proc/self/task/…/schedstat); the
 * median over all rounds and the load of the machine stand beside. Results are compared bit by bit before anything is timed.
 * Layers from 50 MFLOP on are those that must reach 1.8 ×; the small ones show from where on sharing pays, which is
 * LEAST_FLOPS of optimized/threads/index.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { simd, threadsOf } from '../optimized/index.ts'
import { instantiate } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import type { Implementation, Tensor } from '../reference/contract.ts'
import { callOperator } from '../reference/operators.ts'
import { intervalText, medianInterval } from './interval.ts'
import { flopsOf } from './measure/flops.ts'

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
/** Rounds go on until so many were undisturbed, or all there is time for. */
const UNDISTURBED = 25
const ROUNDS_MS = 8_000
const DELAYED = 0.02
/** A block goes on for so long, after a call that wakes the worker and fills the caches: several turns of the scheduler. */
const BLOCK_MS = 40
const WARM = 3

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

const TASKS = '/proc/self/task'

/** Milliseconds that the threads of this process have waited for a core until now; 0 where nobody counts. */
function delay(): number {
  if (!existsSync(TASKS)) return 0
  const waited = (task: string): number => {
    try {
      return Number(readFileSync(`${TASKS}/${task}/schedstat`, 'utf8').split(' ')[1])
    } catch {
      return 0
    }
  }
  return readdirSync(TASKS).reduce((sum, task) => sum + waited(task), 0) / 1e6
}

/** The median call of a block in milliseconds, and the share of the block's time in which its threads waited for a core. */
function block(call: () => unknown): { ms: number; delayed: number } {
  call()
  const before = delay()
  const times: number[] = []
  const begin = performance.now()
  for (let now = begin; now < begin + BLOCK_MS; ) {
    call()
    times.push(performance.now() - now)
    now = performance.now()
  }
  const waited = delay() - before
  return { ms: median(times), delayed: waited / (performance.now() - begin) }
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
  const ratios: number[] = []
  const undisturbed: number[] = []
  const fastest = { one: Number.POSITIVE_INFINITY, two: Number.POSITIVE_INFINITY }
  for (let end = performance.now() + ROUNDS_MS; undisturbed.length < UNDISTURBED && performance.now() < end; ) {
    const early = ratios.length % 2 ? block(double) : undefined
    const a = block(single)
    const b = early ?? block(double)
    fastest.one = Math.min(fastest.one, a.ms)
    fastest.two = Math.min(fastest.two, b.ms)
    ratios.push(a.ms / b.ms)
    if (Math.max(a.delayed, b.delayed) < DELAYED) undisturbed.push(a.ms / b.ms)
  }
  const counted = undisturbed.length < 6 ? 'too few' : intervalText(medianInterval(undisturbed), ' ×')
  process.stdout.write(
    `${descriptor.padEnd(52)} ${(flopsOf(parseCase(descriptor)) / 1e6).toFixed(1).padStart(6)} MFLOP  ` +
      `${counted} in ${undisturbed.length} undisturbed rounds; ${intervalText(medianInterval(ratios), ' ×')} in all ${ratios.length}; ` +
      `fastest ${fastest.one.toFixed(2)} / ${fastest.two.toFixed(2)} ms; load ${loadavg()[0]!.toFixed(1)}\n`,
  )
}
await two.close?.()
