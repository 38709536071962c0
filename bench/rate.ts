/**
 * How fast a call runs, by the processor time of this process: what others take of a shared machine does not count, while garbage
 * collection does. Every implementation here computes in one thread. On a machine with four times as many busy processes as cores,
 * wall clocks put the median call of 5 ms anywhere between one and four times what it takes alone.
 */

const SAMPLE_MS = 15
const WARM_MS = 120
/** Processor time is read from the kernel, which takes 2 µs: calls are timed together until they take this long. */
const GROUP_MS = 1

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000

/** How many calls take a group's time, by the fastest of a few. */
async function groupOf(run: () => unknown): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    await run()
    fastest = Math.min(fastest, performance.now() - start)
  }
  return Math.max(1, Math.ceil(GROUP_MS / fastest))
}

export async function warm(run: () => unknown): Promise<void> {
  for (const end = performance.now() + WARM_MS; performance.now() < end; ) await run()
}

/** GFLOP/s of the median group. */
export async function rate(run: () => unknown, flops: number): Promise<number> {
  const calls = await groupOf(run)
  const taken: number[] = []
  let total = 0
  while (total < SAMPLE_MS) {
    const before = process.cpuUsage()
    for (let i = 0; i < calls; i++) await run()
    const time = milliseconds(process.cpuUsage(before))
    taken.push(time / calls)
    total += time
  }
  taken.sort((a, b) => a - b)
  return flops / taken[taken.length >> 1]! / 1e6
}
