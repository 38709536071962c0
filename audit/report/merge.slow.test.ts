/** Shards that were run apart make the report of the run that was not divided; what is no such set is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { document, known } from '../../fixtures/campaign.ts'
import { runCampaign } from '../campaign.ts'
import { usualLimits } from '../isolate.ts'
import type { Known } from '../known.ts'
import type { Shard } from '../shard.ts'
import type { AuditDocument } from './document.ts'
import { auditDocument } from './json.ts'
import { merge, type Part, readDocument } from './merge.ts'
import { reporters } from './reporters.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Two implementations: relu is leaky in both, tanh refuses, the others are right or nearly. */
const modules = ['one', 'two'].map((name) => {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(
    path,
    `const map = (f) => ({ x }) => ({ shape: x.shape, data: x.data.map(f) })
     export default { name: '${name}', precision: 'float32', operators: {
       relu: map((v) => (v > 0 || v !== v ? v : 0.01 * v)),
       sigmoid: map((v) => 1 / (1 + Math.exp(-v))),
       tanh() { throw Object.assign(new Error('no tanh'), { name: 'Unsupported' }) },
       reluGradient({ x, dy }) { return { shape: x.shape, data: dy.data.map((v, i) => (x.data[i] > 0 ? v : 0)) } },
     } }`,
  )
  return path
})
/** One that shows in one shard alone, one that shows in none. */
const list: readonly Known[] = [
  { ...known, id: 'B', targets: ['one'], operators: ['relu', 'sigmoid'] },
  { ...known, id: 'A', targets: ['one', 'two'], operators: ['sigmoid', 'reluGradient'] },
]
const options = { cases: 4, seed: 3, operators: [], limits: usualLimits }
const targets = [...modules, join(folder, 'absent.mjs')].map((target) => ({ target }))

async function run(shard?: Shard): Promise<AuditDocument> {
  const signal = new AbortController().signal
  const report = await runCampaign(
    targets,
    options,
    () => {},
    () => {},
    signal,
    shard,
  )
  return auditDocument(report, list, false)
}

let whole: AuditDocument
let parts: Part[]
beforeAll(async () => {
  whole = readDocument('whole.json', JSON.stringify(await run())).document
  parts = []
  for (const index of [1, 2, 3]) {
    const shard = await run({ index, count: 3 })
    parts.push(readDocument(`${index}.json`, JSON.stringify(shard)))
  }
}, 5 * 60_000)

describe('cnn-oracle merge', () => {
  it('the shards, in any order, make the report of the whole run', () => {
    expect(parts.every((p) => p.document.targets.length > 0)).toBe(true)
    const merged = merge([parts[2]!, parts[0]!, parts[1]!])
    expect(merged).toEqual(whole)
    expect(merged.gone).toEqual(['A'])
    expect(parts.flatMap((p) => p.document.gone)).toEqual([])
    expect(merged.targets.flatMap((t) => t.findings.map((f) => f.known))).toContain('B')
  })

  it.each(Object.keys(reporters))('%s reads the same', (name) => {
    const reporter = Object.entries(reporters).find(([key]) => key === name)![1]
    expect(reporter(merge(parts))).toBe(reporter(whole))
  })

  it('one whole document stays as it is, for another reporter', () => {
    expect(merge([{ file: 'a.json', document }])).toBe(document)
  })

  it('where one was interrupted, so is the whole, and nothing has gone', () => {
    const [a, ...others] = parts
    const cut = { ...a!.document, interrupted: true, targets: [] }
    const merged = merge([{ file: 'cut.json', document: cut }, ...others])
    expect(merged).toMatchObject({ interrupted: true, gone: [] })
  })

  it('where they ran elsewhere is kept', () => {
    const [a, b, c] = parts
    const elsewhere = { ...b!.document, environment: { ...b!.document.environment, cpu: 'another' } }
    const merged = merge([a!, { file: 'b', document: elsewhere }, c!])
    expect(merged.otherEnvironments).toEqual([elsewhere.environment])
  })

  type Change = (d: AuditDocument) => Partial<AuditDocument>
  const refused: readonly (readonly [string, Change, RegExp])[] = [
    ['another seed', () => ({ seed: 4 }), /the seed is 3 in 1\.json and 4 in 2\.json; run them alike/],
    ['other cases', () => ({ cases: 5 }), /the cases is 4 in 1\.json and 5/],
    ['another version', (d) => ({ tool: { ...d.tool, version: '9.9.9' } }), /version of cnn-oracle is .* and 9\.9\.9/],
    ['another commit', (d) => ({ environment: { ...d.environment, commit: 'abc' } }), /the commit is .* and abc in 2/],
    ['another count', (d) => ({ shard: { ...d.shard!, count: 4 } }), /number of shards is 3 in 1\.json and 4 in 2/],
    ['a whole run among them', () => ({ shard: null }), /number of shards is 3 in 1\.json and whole, no shard in 2/],
    [
      'the same shard twice',
      (d) => ({ shard: { ...d.shard!, index: 1 } }),
      /shard 1\/3 is there twice: 1\.json and 2\.json/,
    ],
    [
      'a target that was not offered elsewhere',
      (d) => ({ shard: { ...d.shard!, offered: d.shard!.offered.slice(1) } }),
      /one offers 4 operators in 1\.json and 0 operators in 2\.json, so that/,
    ],
    ['an operator lost', () => ({ targets: [] }), / is in no shard; were they cut alike\?/],
    [
      'another version of a target',
      (d) => ({ targets: d.targets.map((t) => ({ ...t, version: '2' })) }),
      / is null in 1\.json and 2 in 2\.json; install one version/,
    ],
    [
      'known findings that differ',
      (d) => ({ known: d.known.map((k) => ({ ...k, why: 'other' })) }),
      /the known finding \w differs between 1\.json and 2\.json; give each shard the same --known/,
    ],
  ]
  it.each(refused)('%s is refused', (_, change, message) => {
    const [a, b, c] = parts
    const changed = { file: b!.file, document: { ...b!.document, ...change(b!.document) } }
    expect(() => merge([a!, changed, c!])).toThrow(message)
    expect(() => merge([a!, changed, c!])).toThrow(expect.objectContaining({ name: 'MergeError' }))
  })

  it('missing shards are named', () => {
    expect(() => merge([parts[1]!])).toThrow('shard 1/3 and 3/3 is missing; give its file too')
  })

  it.each([
    ['no JSON', '{', /a\.json is no JSON; give what `cnn-oracle audit --json` wrote/],
    ['another document', '{"schemaVersion":1}', /a\.json is no document of this version/],
    ['a later version', JSON.stringify({ ...document, schemaVersion: 2 }), /schemaVersion: /],
  ])('%s is refused', (_, text, message) => {
    expect(() => readDocument('a.json', text)).toThrow(message)
  })
})
