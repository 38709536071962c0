/** `npm run corpus`: audits every program of the corpus at the default budget. Progress on stderr, the table on stdout. */
import { parseArgs } from 'node:util'
import { rightPrograms, wrongPrograms } from './corpus.ts'
import { type Measured, measure, scoreOf } from './measure.ts'

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    seed: { type: 'string', multiple: true, default: ['1'] },
    json: { type: 'boolean', default: false },
  },
})
const programs = [...wrongPrograms, ...rightPrograms].filter(
  ({ name, operator }) => name.includes(values.filter) || operator.includes(values.filter),
)
if (programs.length === 0) {
  process.stderr.write(`corpus: no program and no operator has ${JSON.stringify(values.filter)} in its name\n`)
  process.exit(2)
}

const measured: Measured[] = []
for (const seed of values.seed.map(Number))
  for (const [i, program] of programs.entries()) {
    process.stderr.write(`seed ${seed}, ${i + 1} of ${programs.length}: ${program.name}\n`)
    measured.push(await measure(program, seed))
  }

if (values.json) process.stdout.write(`${JSON.stringify({ score: scoreOf(measured), measured }, null, 2)}\n`)
else process.stdout.write(`${[...measured.map(line), '', ...summary()].join('\n')}\n`)

function line(m: Measured): string {
  const values = m.values === null ? '' : String(m.values)
  const said =
    m.verdict === 'misnamed'
      ? `${m.named} (expected: ${m.expected.join(' or ') || 'no name'})`
      : (m.named ?? m.kinds.join(', '))
  return `${m.verdict.padEnd(9)} ${m.operator.padEnd(28)} ${m.name.padEnd(56)} ${values.padStart(4)} ${m.milliseconds.toFixed(0).padStart(6)} ms  ${said}`
}

function summary(): string[] {
  const s = scoreOf(measured)
  const share = (part: number, whole: number): string => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`
  return [
    `found          ${share(s.found, s.wrong)}`,
    `named right    ${share(s.named, s.nameable)} of those that have a name`,
    `named wrongly  ${s.misnamed}`,
    `right, blamed  ${s.blamed} of ${s.right}`,
    `smallest case  ${s.medianValues} input values (median)`,
  ]
}
