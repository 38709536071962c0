/** A run of the gate as lines of the history. */
import { parseCase } from '../../properties/descriptor.ts'
import type { GateReport } from '../gate/gate.ts'
import { tracked } from '../gate/tracked.ts'
import { medianInterval } from '../interval.ts'
import { flopsOf } from '../measure/flops.ts'
import { peakFlops } from '../peak.ts'
import { type Entry, type Run, scaled } from './entry.ts'

/** A line a kernel. Times of kernel and frozen loop are divided within each session, which both went through. */
export function entriesOfGate({ kernels, controls, isVoid }: GateReport, base: string, run: Run): Entry[] {
  const frozen = controls.find(({ name }) => name === 'frozen')?.times ?? []
  return kernels.map(({ name, ratios, change, low, high, outcome, times }): Entry => {
    const descriptor = tracked.find((kernel) => kernel.name === name)?.descriptor ?? null
    const perFrozen = medianInterval(times.map((ms, session) => ms / frozen[session]!))
    const flops = descriptor !== null && isProducts(descriptor) ? flopsOf(parseCase(descriptor)) : undefined
    return {
      ...run,
      base,
      suite: 'gate',
      kernel: name,
      case: descriptor,
      ratios: [...ratios],
      ratio: { median: 1 + change, low: 1 + low, high: 1 + high },
      verdict: isVoid ? 'VOID' : outcome,
      seconds: scaled(medianInterval(times), 1e-3),
      perFrozen,
      ofPeak: flops === undefined ? null : flops / peakFlops / perFrozen.median,
    }
  })
}

/** Pooling compares and adds, which is no part of a peak of multiply-adds. */
const isProducts = (descriptor: string): boolean => /^(conv|dense)/.test(descriptor)
