/** Processor time of this process and what disturbed it: what others take of a shared machine is no time of ours. */
import { existsSync, readFileSync } from 'node:fs'

/** Milliseconds of processor time, garbage collection included. Reading it takes 2 µs. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const SCHEDSTAT = '/proc/self/schedstat'
const counts = existsSync(SCHEDSTAT)

/** Milliseconds for which the main thread has waited for a core until now; 0 where nobody counts. */
export const runDelayMs = (): number => (counts ? Number(readFileSync(SCHEDSTAT, 'utf8').split(' ')[1]) / 1e6 : 0)
