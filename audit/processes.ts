/**
 * Processes that wait for more to do, since starting one costs a second: that which said what a target offers audits its first way,
 * and the ways of a target follow one another in the same processes.
 */
import { IsolatedTarget, type Limits } from './isolate.ts'

export class Processes {
  private readonly idle = new Map<string, IsolatedTarget[]>()

  /** One that has loaded the target already, or a new one. */
  take(target: string, limits: Limits): IsolatedTarget {
    return this.idle.get(target)?.pop() ?? new IsolatedTarget(limits)
  }

  /** Whoever takes it next has to start the target anew. */
  give(target: string, isolated: IsolatedTarget): void {
    this.idle.set(target, [...(this.idle.get(target) ?? []), isolated])
  }

  close(): void {
    for (const list of this.idle.values()) for (const isolated of list) isolated.kill()
    this.idle.clear()
  }
}
