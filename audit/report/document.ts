/**
 * The document of an audit: what `--json` prints, what `cnn-oracle merge` reads, and what every other report is made from.
 * audit.schema.json is written from here (`npm run schema`).
 */
import { z } from 'zod'
import { isOperatorName } from '../../reference/operators.ts'
import { manners } from '../examination.ts'
import { findingKinds } from '../finding.ts'
import { knownFields } from '../known.ts'
import { operatorVerdicts } from './summary.ts'

/** Raised when a field changes its meaning or goes; new fields leave it. */
export const SCHEMA_VERSION = 1

const count = z.int().min(0)
/** JSON has no NaN and no infinities: they are written as words. */
const float = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
const operatorName = z.string().refine(isOperatorName, 'no operator of the contract')

const environment = z.strictObject({
  node: z.string(),
  v8: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: count,
  wasm: z.array(z.string()),
  commit: z.string().nullable(),
})

const diagnosis = z.strictObject({
  operator: operatorName,
  of: z.enum(['wrong', 'convention']),
  causes: z.array(z.strictObject({ name: z.string(), sentence: z.string() })),
  rivals: z.array(z.string()),
  reproduced: count,
  explained: count,
  separating: count,
  indexMap: z.array(z.string()),
})

const finding = z.strictObject({
  operator: operatorName,
  case: z.string(),
  kind: z.enum(findingKinds),
  cause: z.string().nullable(),
  diagnosis: diagnosis.optional(),
  where: z.array(count).nullable(),
  expected: float.nullable(),
  got: float.nullable(),
  bound: float.nullable(),
  message: z.string(),
  history: z
    .array(z.string())
    .optional()
    .describe('calls before it in the same instance, or, with a manner, under way with it or refilled by it'),
  manner: z.enum(manners).optional().describe('how it was called, where single calls hold'),
  law: z.string().optional().describe('equation of the law that is broken'),
  failedOnce: z
    .literal(true)
    .optional()
    .describe('nondeterministic: a result was wrong, though not when it was confirmed'),
  features: z.array(z.string()),
  times: count,
  replay: z.string(),
  known: z.string().nullable().describe('id of the known finding that expects it'),
  news: z.boolean().describe('whether it fails the audit: nobody knows it and it is more than a convention'),
})

const operator = z.strictObject({
  operator: operatorName,
  cases: count,
  verdict: z.enum(operatorVerdicts),
  weak: count.describe('cases whose expected result is constant or nearly all zero'),
  unsupported: count,
  failed: count,
  worst: float.describe('largest error in units of its bound, over the cases that held'),
  ended: z.string().nullable().describe('why the operator was given up, or null'),
  pairs: z
    .strictObject({ covered: count, of: count, missing: z.array(z.string()).describe('the first of them') })
    .nullable()
    .describe('pairs of classes of attributes and values that the cases showed; null where they were not all judged'),
})

const target = z.strictObject({
  target: z.string(),
  source: z.string().nullable().describe('name of the built-in target or path of the module that it was loaded from'),
  version: z.string().nullable(),
  precision: z.string(),
  operators: z.array(operator),
  findings: z.array(finding),
})

const shard = z.strictObject({
  index: z.int().min(1),
  count: z.int().min(1),
  offered: z
    .array(z.strictObject({ target: z.string(), operators: z.array(operatorName) }))
    .describe('all that there is to audit, in every shard'),
})

const known = z.strictObject({
  ...knownFields,
  features: z.array(z.string()),
  shownBy: z.array(z.string()).describe('smallest cases that show it'),
  file: z.string(),
  shows: z.boolean(),
  covered: z.boolean().describe('whether all that the entry speaks of was audited, in any shard'),
})

export const documentSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  environment,
  otherEnvironments: z.array(environment).describe('of merged shards that ran elsewhere'),
  seed: count,
  cases: count.describe('cases asked for, an operator'),
  interrupted: z.boolean(),
  shard: shard.nullable(),
  targets: z.array(target),
  skipped: z.array(
    z.strictObject({ target: z.string(), why: z.string(), asked: z.boolean().describe('asked for by name') }),
  ),
  known: z.array(known).describe('known findings of what was audited'),
  gone: z.array(z.string()).describe('ids of known findings that no longer show'),
})

type Deep<T> = T extends readonly (infer E)[]
  ? readonly Deep<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T

export type AuditDocument = Deep<z.infer<typeof documentSchema>>
export type TargetRecord = AuditDocument['targets'][number]
export type OperatorRecord = TargetRecord['operators'][number]
export type FindingRecord = TargetRecord['findings'][number]
export type KnownRecord = AuditDocument['known'][number]

/** The known finding that expects this one. */
export const knownOf = (d: AuditDocument, finding: FindingRecord): KnownRecord | undefined =>
  finding.known === null ? undefined : d.known.find((k) => k.id === finding.known)

/** Order of known findings, whatever file and shard they are from. */
export const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1)

/** Ids of known findings that do not show although all that they speak of was audited. */
export const goneAmong = (known: readonly KnownRecord[]): string[] =>
  known
    .filter((k) => k.covered && !k.shows)
    .map((k) => k.id)
    .sort()

/** Every finding that fails the audit. */
export const newsOf = (d: AuditDocument): FindingRecord[] =>
  d.targets.flatMap((t) => t.findings.filter((finding) => finding.news))

/** Known findings that no longer show. */
export const goneOf = (d: AuditDocument): KnownRecord[] => d.known.filter((k) => d.gone.includes(k.id))
