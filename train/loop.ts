/** Epochs of batches, until the last one or until somebody stops it. */
import type { Implementation } from '../reference/contract.ts'
import type { Dataset } from './idx.ts'
import { batchOf, descendOn, orderOf, type Training } from './trainer.ts'
import { holding } from './verify.ts'

export interface LoopOptions {
  readonly epochs: number
  /** Every so many batches a step is held against the textbook; never when left out. */
  readonly verifyEvery?: number | undefined
  /** After each batch: its cost a sample, and batches an epoch. */
  readonly told?: (cost: number, batches: number) => void
  /** After each whole epoch, when `epoch` is the number of those done. */
  readonly epochDone?: () => Promise<void>
  readonly signal?: AbortSignal
}

/** Trains on; `training` says how far it came. Throws WrongLayer, Unsupported. */
export async function train(by: Implementation, training: Training, set: Dataset, options: LoopOptions): Promise<void> {
  const { batch } = training.settings
  const batches = Math.ceil(set.count / batch)
  const hold = holding(by, training.network)
  while (training.epoch < options.epochs) {
    const order = orderOf(training, set.count)
    while (training.done < batches) {
      if (options.signal?.aborted) return
      const at = training.epoch * batches + training.done
      const { x, t } = batchOf(set, order.subarray(training.done * batch, (training.done + 1) * batch), by.precision)
      const verified = options.verifyEvery !== undefined && at % options.verifyEvery === 0
      const cost = await descendOn(by, training, x, t, verified ? hold : undefined)
      training.done++
      options.told?.(cost, batches)
      // Lets a signal in: operators that answer at once never give way by themselves.
      await new Promise((next) => setImmediate(next))
    }
    training.epoch++
    training.done = 0
    await options.epochDone?.()
  }
}
