/**
 * Process groups. The process of a target leads one, so that whatever it starts, and what that forks, ends with it. Ending
 * escalates: it is asked, then sent SIGTERM, then SIGKILL, each only when the one before did not help.
 */

/** Windows has no process groups: there only the process itself is ended. */
export const leadsGroup = process.platform !== 'win32'

/** After each of these waits, in milliseconds, comes the stronger word. A Node process that is asked needs some 50. */
const ASKED_MS = 300
const TERMINATED_MS = 500
const POLL_MS = 10

/** Groups that were started and not yet seen to end. */
const live = new Set<number>()

/** Sends a signal to everybody in the group; 0 only asks. False when nobody is left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(leadsGroup ? -leader : leader, signal)
  } catch {
    return false
  }
}

/** From here on this process does not end, however it ends, without ending the group. */
export function adoptGroup(leader: number): void {
  if (live.size === 0) process.once('exit', killGroups)
  live.add(leader)
}

/** Asks, then sends SIGTERM, then SIGKILL, until nobody is left. */
export async function endGroup(leader: number, ask: () => void): Promise<void> {
  ask()
  if (!(await isGone(leader, ASKED_MS)) && signalGroup(leader, 'SIGTERM') && !(await isGone(leader, TERMINATED_MS)))
    signalGroup(leader, 'SIGKILL')
  live.delete(leader)
}

/** At once, without a word. */
export function killGroup(leader: number): void {
  signalGroup(leader, 'SIGKILL')
  live.delete(leader)
}

/** Every group there is: the last act of a process that ends. */
function killGroups(): void {
  for (const leader of live) signalGroup(leader, 'SIGKILL')
}

async function isGone(leader: number, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    if (!signalGroup(leader, 0)) return true
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
  return false
}
