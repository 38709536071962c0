/** `cnn-oracle vectors export DIR`: cases with what must come out, for programs that can neither be called nor piped. */
import { exportVectors } from '../audit/vectors/export.ts'
import { type VectorFormat, vectorFormats } from '../audit/vectors/manifest.ts'
import { formats } from '../properties/format.ts'
import type { Precision } from '../reference/contract.ts'
import { nearest, operatorRow, operators } from '../reference/operators.ts'
import { exitCode, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'

export interface VectorFlags {
  readonly operator?: readonly string[]
  readonly precision: string
  readonly seed: number
  readonly format?: readonly string[]
  readonly json?: boolean
}

export function exportCommand(folder: string, flags: VectorFlags): number {
  const line = progressLine()
  const names = flags.operator ?? operators.map(({ name }) => name)
  const manifest = exportVectors(folder, {
    operators: [...new Set(names.map((name) => operatorRow(name).name))],
    precision: oneOf<Precision>('--precision', flags.precision, Object.keys(formats) as Precision[]),
    seed: flags.seed,
    formats: (flags.format ?? vectorFormats).map((name) => oneOf<VectorFormat>('--format', name, vectorFormats)),
    progress: (operator, done) => line.show(`${operator} (${done + 1} of ${names.length})`),
  })
  line.clear()
  const alive = manifest.operators.reduce((sum, o) => sum + o.alive.length, 0)
  const mistakes = manifest.operators.reduce((sum, o) => sum + o.mistakes, 0)
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(manifest, null, 2)}\n`
      : `${manifest.vectors.length} vectors of ${manifest.operators.length} operators in ${folder}, seed ${flags.seed}: ` +
          `they kill ${mistakes - alive} of ${mistakes} mistakes\n` +
          `${folder}/README.txt says what to do with them; then: cnn-oracle judge ${folder}\n`,
  )
  return exitCode.holds
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value)
  if (found !== undefined) return found
  throw new UsageError(`${option} ${value}: there are ${known.join(', ')}; did you mean ${nearest(value, known)}?`)
}
