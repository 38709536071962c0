/** Every hypothesis on every operator, and pairs of mistakes: how many are named right, and how long a diagnosis takes. */
import { expect, it } from 'vitest'
import type { OperatorName } from '../../reference/contract.ts'
import { operators } from '../../reference/operators.ts'
import { diagnose } from './diagnose.ts'
import type { Diagnosis } from './diagnosis.ts'
import { type Candidate, candidatesFor } from './hypotheses.ts'
import { bothOf } from './mistake.ts'
import { mistaken, programsOf, seenOn } from './mistaken.ts'

const nameOf = ({ hypotheses }: Candidate): string => hypotheses.map(({ name }) => name).join(' + ')
const namesOf = (d: Diagnosis | undefined): string[] => [
  d?.causes.map(({ name }) => name).join(' + ') ?? '',
  ...(d?.rivals ?? []),
]

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

it.each(operators.map(({ name }) => name))('%s: no mistake is named wrongly', async (operator) => {
  const milliseconds: number[] = []
  const missed: string[] = []
  const wrong: string[] = []
  let invisible = 0
  const programs = candidatesFor(operator, 'float32')
  for (const program of programs) {
    const failing = seenOn(operator, program)
    if (!failing) {
      invisible++
      continue
    }
    const start = process.cpuUsage()
    const found = await diagnose(mistaken(operator, program.mistake), operator, [failing])
    const { user, system } = process.cpuUsage(start)
    milliseconds.push((user + system) / 1000)
    const names = namesOf(found)
    if (names.includes(nameOf(program))) continue
    if (names[0] === '') missed.push(nameOf(program))
    else wrong.push(`${nameOf(program)}: ${names[0]}`)
  }
  const [tried, median] = [milliseconds.length, milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 1]]
  const names = new Set(programs.map(nameOf)).size
  print(
    `${operator}: ${names} hypotheses, ${tried - missed.length - wrong.length} of ${tried} programs named, ` +
      `${invisible} seen on no case, ${median?.toFixed(0)} ms a diagnosis (median, CPU); missed: ${missed.join(', ') || 'none'}`,
  )
  expect(wrong).toEqual([])
  expect(missed.length).toBeLessThanOrEqual(0.03 * tried)
})

it.each<[OperatorName, string, string]>([
  ['conv2d', 'kernel turned', 'bias forgotten'],
  ['conv2d', 'stride axes swapped', 'padding at the wrong end'],
  ['conv2d', 'groups ignored', 'negative results cut off'],
  ['conv2d', 'weights laid out as IOHW', 'dilation ignored'],
  ['convTranspose2d', 'output padding at the wrong side', 'bias added twice'],
  ['conv2dInputGradient', 'kernel turned', 'stride axes swapped'],
  ['conv2dWeightGradient', 'divided by the batch', 'weights laid out as IOHW'],
  ['maxPool2d', 'stride axes swapped', 'padding counts as 0 for the maximum'],
  ['averagePool2d', 'divides by the whole window', 'padding at the wrong end'],
  ['convolve2d', 'kernel rows in reverse', 'signal turned'],
  ['softmax', 'softmax over the wrong axis', 'argument with the wrong sign'],
])('%s: %s and %s', async (operator, a, b) => {
  const mistake = bothOf(programsOf(operator, a)[0]!.mistake, programsOf(operator, b)[0]!.mistake)
  const start = process.cpuUsage()
  const found = await diagnose(mistaken(operator, mistake!), operator, [])
  const { user, system } = process.cpuUsage(start)
  const names = namesOf(found)
  print(`${operator}: ${a} and ${b}: ${names.join(' | ')}, ${((user + system) / 1000).toFixed(0)} ms`)
  expect(names.some((name) => name === `${a} + ${b}` || name === `${b} + ${a}`)).toBe(true)
})
