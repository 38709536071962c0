/** What is known of the peers: findings that are expected, with reason and link, so that an audit serves as a gate meanwhile. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Finding, findingKinds } from './finding.ts'

const entry = z.strictObject({
  /** Id in audit/findings.md. */
  id: z.string(),
  /** Names of implementations; * stands for anything: "tfjs-*\/number". */
  targets: z.array(z.string()).min(1),
  operators: z.array(z.string()).min(1),
  kinds: z.array(z.enum(findingKinds)).min(1),
  /** Features that a finding must have; none for any. */
  features: z.array(z.string()).default([]),
  what: z.string().min(1),
  why: z.string().min(1),
  link: z.string().min(1),
})
const file = z.array(entry)
export type Known = z.infer<typeof entry>

/** Reads a list of known findings. Throws with the first entry that is off. */
export function readKnown(path: string | URL = new URL('./known.json', import.meta.url)): readonly Known[] {
  const parsed = file.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Error(`${String(path)}: entry ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The entry that expects this finding of this implementation. */
export function knownEntry(known: readonly Known[], implementation: string, finding: Finding): Known | undefined {
  return known.find(
    (k) =>
      k.targets.some((pattern) => matches(pattern, implementation)) &&
      k.operators.some((pattern) => matches(pattern, finding.operator)) &&
      k.kinds.includes(finding.kind) &&
      k.features.every((feature) => finding.features.includes(feature)),
  )
}

/** A pattern in which * stands for any run of characters. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}
