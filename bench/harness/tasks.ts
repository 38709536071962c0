/** What the harness does when it audits, judges, checks gradients and computes with the textbook. */
import { auditOperator } from '../../audit/auditOperator.ts'
import { judge } from '../../audit/judge.ts'
import { blocked32, optimized } from '../../optimized/index.ts'
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { real } from '../../reference/arithmetic/real.ts'
import { conv2d } from '../../reference/operator/conv2d.ts'
import type { OperatorRow } from '../../reference/operators.ts'
import { each, type Task } from './figure.ts'
import { GRADIENT_CASE, gradientCheck, type Mode } from './gradientCheck.ts'

/** conv2d of the textbook in `real`. Alone: V8 computes slower as soon as it has seen a second number system. */
export function textbookTask(): Task {
  const x = { shape: [1, 32, 28, 28], data: Float64Array.from({ length: 32 * 28 * 28 }, (_, i) => Math.sin(i)) }
  const w = { shape: [32, 32, 3, 3], data: Float64Array.from({ length: 32 * 32 * 9 }, (_, i) => Math.cos(i)) }
  const layer = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const
  const flops = 2 * 32 * 32 * 9 * 28 * 28
  const time = (round: number): Promise<number> => {
    if (round === 0) for (let i = 0; i < 4; i++) conv2d(real, { x, w }, layer)
    return each(1, () => conv2d(real, { x, w }, layer))
  }
  return { part: 'textbook', name: 'conv2d', case: 'conv2d n1c32h28w28 m32r3s3 pd1', unit: 'calls', flops, time }
}

/** All three gradients of conv2d, of which a check is one. */
export function gradientTask(mode: Mode, name: string): Task {
  const count = { full: 4, fast: 30 }[mode]
  const time = (round: number): Promise<number> => {
    const checks = round === 0 ? 3 * count : count
    return each(3 * checks, async () => {
      for (let i = 0; i < checks; i++) await gradientCheck(mode)
    })
  }
  return { part: 'gradients', name, case: GRADIENT_CASE, unit: 'checks', time }
}

const VERDICTS = 200

/**
 * Cases through the full verdict: drawn, the textbook, its bounds, the call, the judgement, at the default case sizes. The call is the
 * portable rung's: `optimized` emits and compiles kernels for every new shape, which is no verdict's.
 */
export function verdictTask(row: OperatorRow): Task {
  const time = (round: number): Promise<number> => {
    const cases = sampleCases(row, VERDICTS, 1 + round)
    return each(VERDICTS, async () => {
      for (const c of cases) {
        const { status } = await judge(blocked32, c)
        if (status !== 'held') throw new Error(`${row.name}: a verdict that does not hold is not timed: ${status}`)
      }
    })
  }
  return { part: 'verdicts', name: row.name, case: null, unit: 'cases', time }
}

const AUDITED = 100

/**
 * Cases of a whole audit of `optimized` in this process: choosing and drawing cases, the textbook, the call with the kernels that it
 * emits, verdicts, and the histories behind them. New cases each round: their kernels have to be compiled.
 */
export function auditTask({ name }: OperatorRow): Task {
  const time = (round: number): Promise<number> =>
    each(undefined, async () => {
      const plan = { operator: name, cases: AUDITED, seed: 1000 * (1 + round) }
      const found: string[] = []
      const { cases } = await auditOperator(optimized, plan, {
        started() {},
        found: ({ replay }) => found.push(replay),
      })
      // Behind those asked for come some that show the pairs of attribute classes still missing.
      if (cases < AUDITED || found.length > 0)
        throw new Error(
          `${name}: what is wrong is not timed: ${cases} of ${AUDITED} cases, ${found[0] ?? 'no finding'}`,
        )
      return cases
    })
  return { part: 'audit', name, case: null, unit: 'cases', time }
}
