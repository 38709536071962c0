/**
 * Memory of a process and of everything that it started, as the operating system counts it: resident pages, so that
 * WebAssembly, native libraries and programs behind a pipe count, and address space that is only reserved does not.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const hasProc = existsSync('/proc/self/statm')

/** Megabytes, or undefined where the system does not tell. A process that ends meanwhile counts nothing. */
export function residentMb(pid: number): number | undefined {
  return hasProc ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): number {
  // "VmRSS:     12345 kB"; what is a zombie has no such line.
  const own = Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024
  return childrenOf(pid).reduce((sum, child) => sum + fromProc(child), own)
}

/** Any thread may have started a child. */
const childrenOf = (pid: number): number[] =>
  list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`)
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  )

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** Without /proc: `ps` of POSIX lists processes with their parents and their kilobytes. */
function fromPs(pid: number): number | undefined {
  try {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    return sumOf(
      pid,
      table.split('\n').map((line) => line.trim().split(/\s+/).map(Number)),
    )
  } catch {
    return undefined
  }
}

function sumOf(pid: number, table: readonly (readonly number[])[]): number {
  const own = table.find(([id]) => id === pid)?.[2] ?? 0
  const children = table.filter(([, parent]) => parent === pid).map(([id]) => id!)
  return children.reduce((sum, child) => sum + sumOf(child, table), own / 1024)
}
