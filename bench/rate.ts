/** How fast a call runs: the median over a short while, after it has run for long enough that V8 has optimized it. */

const SAMPLE_MS = 12
const WARM_MS = 120
const LEAST_CALLS = 3

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

/** GFLOP/s by the median call. */
export async function rate(run: () => unknown, flops: number): Promise<number> {
  const taken = (await times(run, SAMPLE_MS)).sort((a, b) => a - b)
  return flops / taken[taken.length >> 1]! / 1e6
}
