/** Processor time of this process and what disturbed it: what others take of a shared machine is no time of ours. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of processor time, garbage collection included. Reading it takes 2 µs. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const TASKS = '/proc/self/task'
const counts = existsSync(`${TASKS}/${process.pid}/schedstat`)

const waitedBy = (task: string): number => {
  try {
    return Number(readFileSync(`${TASKS}/${task}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0 // It has ended meanwhile.
  }
}

/** Milliseconds for which the main thread has waited for a core until now; 0 where nobody counts. */
export const runDelayMs = (): number => (counts ? waitedBy(String(process.pid)) : 0)

/** The same of all threads of this process together. */
export const threadsDelayMs = (): number =>
  counts ? readdirSync(TASKS).reduce((sum, task) => sum + waitedBy(task), 0) : 0
