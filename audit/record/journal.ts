/**
 * The steps of one operator's audit. Whatever asks the implementation stands in a step; all else follows from the outcomes. So
 * an audit that is begun again with the steps on record arrives where it stood without asking for them again: after a kill of
 * the whole run as after the death of its target.
 */
import type { Entry } from './line.ts'

/** What an audit is given of its record: where to write, and what is there already. */
export interface Recorded {
  readonly file: string
  readonly target: string
  readonly entries: readonly Entry[]
  /** Stop behind them: the target died too often. */
  readonly given?: 'up'
}

/** Thrown behind the last recorded step of an operator that was given up. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp'
}

/** The record is of another program: its steps are not those that this one takes. */
export class RecordError extends Error {
  override readonly name = 'RecordError'
}

export class Journal {
  private at = 0
  private readonly entries: readonly Entry[]
  private readonly write: (step: string, outcome: object) => void
  private readonly ends: boolean

  constructor(entries: readonly Entry[] = [], write: Journal['write'] = () => {}, ends = false) {
    this.entries = entries
    this.write = write
    this.ends = ends
  }

  /** Whether the target died in one of the steps on record. */
  get died(): boolean {
    return this.entries.some((entry) => entry.is === 'death')
  }

  /** The step's outcome, from the record or by running it; undefined where the target died in it. */
  async step<T extends object>(name: string, run: () => Promise<T>): Promise<T | undefined> {
    const entry = this.entries[this.at++]
    if (entry === undefined) {
      if (this.ends) throw new GivenUp('the record ends here')
      const outcome = await run()
      this.write(name, outcome)
      return outcome
    }
    if (entry.is === 'death') return undefined
    if (entry.step !== name) {
      throw new RecordError(
        `the record has the step ${JSON.stringify(entry.step)} where this run takes ${JSON.stringify(name)}; begin a new record`,
      )
    }
    // What a step returned, JSON as it is by its form, comes back from its line.
    return entry.outcome as T
  }
}
