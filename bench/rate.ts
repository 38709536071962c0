/**
 * How fast a call runs: the fastest of a short while, after it has run for long enough that V8 has optimized it. What else runs on
 * the machine only ever adds to a time; with more of it than cores, the median call of 5 ms took twice as long as the fastest,
 * that of 0.5 ms did not.
 */

const SAMPLE_MS = 15
const WARM_MS = 120
const LEAST_CALLS = 4

/** Milliseconds of each call, for so long. */
async function times(run: () => unknown, milliseconds: number): Promise<number[]> {
  const taken: number[] = []
  const end = performance.now() + milliseconds
  while (taken.length < LEAST_CALLS || performance.now() < end) {
    const start = performance.now()
    await run()
    taken.push(performance.now() - start)
  }
  return taken
}

export async function warm(run: () => unknown): Promise<void> {
  await times(run, WARM_MS)
}

/** GFLOP/s. */
export async function rate(run: () => unknown, flops: number): Promise<number> {
  return flops / Math.min(...(await times(run, SAMPLE_MS))) / 1e6
}
