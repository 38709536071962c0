/** In the process of a target: it does not outlive the one that audits, even when that is killed and this one is busy. */
import { Worker } from 'node:worker_threads'
import { leadsGroup } from './group.ts'

const LOOK_MS = 500

/** A thread of its own, because the target may never give this one back. */
const look = `
  const parent = ${process.ppid}
  setInterval(() => {
    if (process.ppid !== parent) process.kill(${leadsGroup ? -process.pid : process.pid}, 'SIGKILL')
  }, ${LOOK_MS})`

export function endWithParent(): void {
  new Worker(look, { eval: true, execArgv: [] }).unref()
}
