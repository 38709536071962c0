/** Every form a report has, by the name that --reporter takes. All are made from the one document. */
import type { AuditDocument } from './document.ts'
import { githubReport } from './github.ts'
import { htmlReport } from './html.ts'
import { junitReport } from './junit.ts'
import { terminalReport } from './terminal.ts'

export const reporters = {
  terminal: terminalReport,
  json: (d) => JSON.stringify(d, null, 2),
  junit: junitReport,
  github: githubReport,
  html: htmlReport,
} as const satisfies Readonly<Record<string, (d: AuditDocument) => string>>

export type ReporterName = keyof typeof reporters

export const isReporterName = (name: string): name is ReporterName => Object.hasOwn(reporters, name)
