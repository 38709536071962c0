/** `cnn-oracle judge DIR`: verdicts on the outputs that somebody else's program put beside exported vectors. */
import { judgeFolder } from '../audit/vectors/judgeOutputs.ts'
import { anyIs, folderDocument, folderText } from '../audit/vectors/report.ts'
import type { Numerics } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { exitCode, UsageError } from './exit.ts'

export interface JudgeFlags {
  readonly operator?: readonly string[]
  readonly numerics: string
  readonly json?: boolean
}

const numerics: readonly Numerics[] = ['sum', 'winograd', 'fft']

export function judge(folder: string, flags: JudgeFlags): number {
  const declared = numerics.find((name) => name === flags.numerics)
  if (!declared) throw new UsageError(`--numerics ${flags.numerics}: there are ${numerics.join(', ')}`)
  const operators = (flags.operator ?? []).map((name) => operatorRow(name).name)
  const judged = judgeFolder(folder, { operators, numerics: declared })
  process.stdout.write(`${flags.json ? JSON.stringify(folderDocument(judged), null, 2) : folderText(judged)}\n`)
  // What is proven wrong comes before what could not be read, and that before what was not given.
  if (anyIs(judged, 'wrong')) return exitCode.findings
  if (anyIs(judged, 'unreadable')) return exitCode.usage
  return anyIs(judged, 'missing') ? exitCode.inconclusive : exitCode.holds
}
