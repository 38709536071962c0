/** Epochs of batches, until the last one or until somebody stops it. */
import type { Implementation } from '../reference/contract.ts'
import { DataError, type Dataset } from './idx.ts'
import { batchesOf, batchOf, Diverged, descendOn, orderOf, type Training } from './trainer.ts'
import { holding } from './verify.ts'

export interface LoopOptions {
  readonly epochs: number
  /** Every so many batches a step is held against the textbook; never when left out. */
  readonly verifyEvery?: number | undefined
  /** After each batch: its cost an image, and how many images it had. */
  readonly told?: (cost: number, images: number) => void
  /** After each whole epoch, when `epoch` is the number of those done. */
  readonly epochDone?: () => Promise<void>
  readonly signal?: AbortSignal
}

/** Trains on; `training` says how far it came. Throws WrongLayer, Diverged, Unsupported, and DataError for a set of another size. */
export async function train(by: Implementation, training: Training, set: Dataset, options: LoopOptions): Promise<void> {
  const { batch, images, rate } = training.settings
  if (set.count !== images) throw new DataError(`${set.count} images, the training is of ${images}; give as many`)
  const batches = batchesOf(training.settings)
  const hold = holding(by, training.network)
  while (training.epoch < options.epochs) {
    const order = orderOf(training)
    while (training.done < batches) {
      if (options.signal?.aborted) return
      const at = training.epoch * batches + training.done
      const chosen = order.subarray(training.done * batch, (training.done + 1) * batch)
      const { x, t } = batchOf(set, chosen, by.precision)
      const verified = options.verifyEvery !== undefined && at % options.verifyEvery === 0
      const cost = await descendOn(by, training, x, t, verified ? hold : undefined)
      training.done++
      if (!Number.isFinite(cost))
        throw new Diverged(
          `epoch ${training.epoch + 1}, batch ${training.done} of ${batches}: the cost is ${cost} at the rate ${rate}; begin again with a smaller --rate`,
        )
      options.told?.(cost, chosen.length)
      // Lets a signal in: operators that answer at once never give way by themselves.
      await new Promise((next) => setImmediate(next))
    }
    training.epoch++
    training.done = 0
    await options.epochDone?.()
  }
}
