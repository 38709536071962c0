/** Names of reporters for --help, which loads none of them. */
import type { ReporterName } from '../audit/report/reporters.ts'

const names: Readonly<Record<ReporterName, true>> = {
  terminal: true,
  json: true,
  junit: true,
  github: true,
  html: true,
}

export const reporterNames = Object.keys(names)
