/** Which machine and which engine: times compare where these are the same, and nowhere else. */
import { readdirSync, readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { z } from 'zod'

export const fingerprintSchema = z.strictObject({
  /** "AMD EPYC", its cores. */
  cpu: z.string(),
  cores: z.int().min(1),
  /** "L1d 32K, L1i 32K, L2 1M, L3 32M"; unknown where the system does not say. */
  caches: z.string(),
  os: z.string(),
  node: z.string(),
  v8: z.string(),
  /** Flags of the process that is timed. */
  flags: z.array(z.string()),
})

export type Fingerprint = z.infer<typeof fingerprintSchema>

const CACHES = '/sys/devices/system/cpu/cpu0/cache'

export function fingerprint(flags: readonly string[] = []): Fingerprint {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    caches: caches(CACHES),
    os: `${process.platform}-${process.arch} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    flags: [...flags],
  }
}

/** Caches of the first core as Linux lists them. */
function caches(folder: string): string {
  try {
    const read = (index: string, what: string): string => readFileSync(`${folder}/${index}/${what}`, 'utf8').trim()
    return readdirSync(folder)
      .filter((name) => name.startsWith('index'))
      .sort()
      .map((index) => {
        const type = { Data: 'd', Instruction: 'i' }[read(index, 'type')] ?? ''
        return `L${read(index, 'level')}${type} ${read(index, 'size')}`
      })
      .join(', ')
  } catch {
    return 'unknown'
  }
}

/** Names of what differs, with both values: 'node 20.19.2 and 22.1.0'. */
export function differences(a: Fingerprint, b: Fingerprint): string[] {
  const text = (value: Fingerprint[keyof Fingerprint]): string =>
    (Array.isArray(value) ? value.join(' ') : `${value}`) || 'none'
  return fingerprintSchema
    .keyof()
    .options.filter((key) => text(a[key]) !== text(b[key]))
    .map((key) => `${key} ${text(a[key])} and ${text(b[key])}`)
}
