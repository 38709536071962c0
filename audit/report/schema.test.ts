/** The published schema is that of the document, and real documents satisfy it as another program's validator reads it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, describe, expect, it } from 'vitest'
import { document, gone, known } from '../../fixtures/campaign.ts'
import type { AuditOptions } from '../auditTarget.ts'
import { type CampaignReport, runCampaign } from '../campaign.ts'
import { usualLimits } from '../isolate.ts'
import { auditDocument } from './json.ts'
import { readDocument } from './merge.ts'
import { jsonSchema } from './schema.ts'

const validate = new Ajv2020({ allErrors: true, strict: true }).compile(jsonSchema())
const errorsOf = (value: unknown): unknown => {
  validate(JSON.parse(JSON.stringify(value)))
  return validate.errors ?? []
}

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const leaky = join(folder, 'leaky.mjs')
writeFileSync(
  leaky,
  `const relu = ({ x }) => ({ shape: x.shape, data: Float32Array.from(x.data, (v) => (v > 0 || v !== v ? v : 0.01 * v)) })
   const tanh = () => { throw Object.assign(new Error('no tanh'), { name: 'Unsupported' }) }
   export default { name: 'leaky', precision: 'float32', operators: { relu, tanh } }`,
)
const options: AuditOptions = { cases: 4, seed: 1, operators: [], limits: usualLimits }

function run(targets: readonly string[], abort = new AbortController(), abortAt = Infinity): Promise<CampaignReport> {
  let steps = 0
  const progress = (): void => {
    if (++steps >= abortAt) abort.abort()
  }
  return runCampaign(
    targets.map((target) => ({ target })),
    options,
    progress,
    () => {},
    abort.signal,
  )
}

describe('audit.schema.json', () => {
  it('is that of the document; npm run schema writes it', async () => {
    await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot('./audit.schema.json')
  })

  it('a run with findings, a diagnosis, an operator not supported and a target skipped satisfies it', async () => {
    const report = await run([leaky, join(folder, 'absent.mjs')])
    const real = auditDocument(report, [{ ...known, targets: ['leaky'] }, gone], true)
    expect(errorsOf(real)).toEqual([])
    const [target] = real.targets
    expect(target?.findings.some((f) => f.diagnosis !== undefined)).toBe(true)
    expect(target?.operators.map((o) => o.verdict)).toContain('unsupported')
    expect(real.skipped).toEqual([expect.objectContaining({ asked: true })])
  })

  it('an interrupted run satisfies it', async () => {
    const real = auditDocument(await run([leaky], undefined, 6), [], true)
    expect(real.interrupted).toBe(true)
    expect(errorsOf(real)).toEqual([])
  })

  it('every state of the fixture satisfies it, and is read back as it was', () => {
    expect(errorsOf(document)).toEqual([])
    const { document: back } = readDocument('a.json', JSON.stringify(document))
    expect(back).toEqual(document)
  })

  it.each([
    ['of the document', (d: Record<string, unknown>) => Object.assign(d, { extra: 1 })],
    ['of a finding', (d: typeof document) => Object.assign(d.targets[0]!.findings[0]!, { extra: 1 })],
    ['of an operator', (d: typeof document) => Object.assign(d.targets[0]!.operators[0]!, { extra: 1 })],
    ['of a diagnosis', (d: typeof document) => Object.assign(d.targets[0]!.findings[2]!.diagnosis!, { extra: 1 })],
  ])('a field %s that the schema does not know is seen', (_, change) => {
    const changed = structuredClone(document)
    change(changed as never)
    expect(errorsOf(changed)).toContainEqual(expect.objectContaining({ keyword: 'additionalProperties' }))
  })

  it.each([
    ['a missing field', { targets: undefined }],
    ['a word for a count', { cases: 'many' }],
    ['another version', { schemaVersion: 2 }],
  ])('%s is refused', (_, change) => {
    expect(errorsOf({ ...document, ...change })).not.toEqual([])
  })
})
