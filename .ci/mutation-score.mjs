/**
 * Reads the report of a mutation run (`npm run mutants`) and prints the score of each folder and what survived. Exit code 1 when a
 * folder is below 95 % or a survivor is not explained in MUTANTS.md: by a row with its file, the text and what it became.
 */
import { existsSync, readFileSync } from 'node:fs'

const LEAST = 95
const REPORT = 'reports/mutation/mutation.json'
const GROUPS = ['reference/operator/', 'reference/signal/', 'properties/verdict.ts']
const FOUND = new Set(['Killed', 'Timeout'])
const MISSED = new Set(['Survived', 'NoCoverage'])
const LONGEST = 70

if (!existsSync(REPORT)) {
  console.error(`mutation score: there is no ${REPORT}; run npm run mutants`)
  process.exit(2)
}
const { files } = JSON.parse(readFileSync(REPORT, 'utf8'))
/** Biome pads the cells of a table. */
const explained = readFileSync('MUTANTS.md', 'utf8').replace(/ {2,}/g, ' ')

/** One line, cut where it gets long; a bar would end the cell of a table. */
const brief = (text) => {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '¦').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

function original(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1)
  lines[0] = lines[0].slice(start.column - 1)
  return lines.join('\n')
}

const mutants = Object.entries(files).flatMap(([file, { source, mutants }]) =>
  mutants.map((mutant) => ({
    file,
    line: mutant.location.start.line,
    status: mutant.status,
    row: `| ${file} | \`${brief(original(source, mutant.location))}\` | \`${brief(mutant.replacement)}\` |`,
  })),
)

let short = false
for (const group of GROUPS) {
  const of = mutants.filter(({ file }) => file.startsWith(group))
  const found = of.filter(({ status }) => FOUND.has(status)).length
  const missed = of.filter(({ status }) => MISSED.has(status)).length
  const score = (100 * found) / (found + missed)
  if (!(score >= LEAST)) short = true
  console.log(`${group.padEnd(24)}${score.toFixed(2).padStart(7)} %   ${found} of ${found + missed} mutants found`)
}
const unexplained = mutants.filter(({ status, row }) => MISSED.has(status) && !explained.includes(row))
for (const { file, line, row } of unexplained) console.log(`not explained in MUTANTS.md, ${file}:${line}\n${row}`)
const gone = explained.split('\n').filter((line) => /^\| (reference|properties)\//.test(line))
for (const line of gone)
  if (!mutants.some(({ status, row }) => MISSED.has(status) && line.startsWith(row)))
    console.log(`explained in MUTANTS.md, but it survives no longer:\n${line}`)
if (short) console.log(`a score is below ${LEAST} %`)
process.exit(short || unexplained.length > 0 ? 1 : 0)
