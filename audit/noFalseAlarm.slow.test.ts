/** No false alarm: what is right as far as is known shows nothing over many cases. ORACLE_CASES sets how many an operator. */
import { describe, expect, it } from 'vitest'
import { blocked32, blocked64, optimized, session, simd, threadsOf, winograd32 } from '../optimized/index.ts'
import { operators } from '../reference/operators.ts'
import { auditImplementation, type ImplementationReport, offersOf } from './auditTarget.ts'
import { findingsOver } from './findingsOver.ts'
import { usualLimits } from './isolate.ts'
import { knownEntry, readKnown } from './known.ts'
import { prepared } from './target/session.ts'

const CASES = Number(process.env.ORACLE_CASES ?? 1000)

const vectors = simd && session ? [simd, prepared(session, 'simd')] : []

describe.each([optimized, ...vectors, threadsOf({ leastFlops: 0 }), winograd32, blocked32, blocked64])(
  '$name shows nothing',
  (implementation) => {
    it.each(operators.map((row) => row.name).filter((name) => implementation.operators[name]))(
      `over ${CASES} cases of %s`,
      async (operator) => {
        const { findings, tally } = await findingsOver(implementation, operator, CASES, 20_000)
        expect(findings).toEqual([])
        expect(tally.cases).toBe(CASES)
      },
    )
  },
)

describe.each(['tfjs-cpu', 'jax-js', 'onnxruntime-node'])('%s, conv2d with explicit padding', (target) => {
  it(`shows nothing but conventions and confirmed refusals over ${CASES} cases`, async () => {
    const offer = (await offersOf(target, usualLimits)).find((o) => o.name === target)!
    const report: ImplementationReport = {
      target,
      version: null,
      precision: offer.precision,
      operators: [],
      findings: [],
    }
    const options = { cases: CASES, seed: 20_000, operators: ['conv2d' as const], limits: usualLimits }
    await auditImplementation(target, offer, options, report, () => {}, new AbortController().signal)
    const known = readKnown()
    const unexpected = report.findings.filter((f) => f.kind !== 'convention' && !knownEntry(known, target, f))
    expect(unexpected).toEqual([])
    expect(report.operators[0]?.tally.cases).toBe(CASES)
  })
})
