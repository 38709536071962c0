/** Verdicts on outputs that somebody else's program put beside the vectors, and the mistakes that would have given them. */
import { join } from 'node:path'
import { type Expectation, expectation } from '../../properties/bound.ts'
import { type Call, instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { type Verdict, verdict } from '../../properties/verdict.ts'
import type { Numerics, OperatorName, Precision } from '../../reference/contract.ts'
import type { Tensor } from '../../reference/tensor.ts'
import type { Cause } from '../diagnosis/diagnosis.ts'
import { differs } from '../diagnosis/evidence.ts'
import { candidatesFor } from '../diagnosis/hypotheses.ts'
import { predict } from '../diagnosis/predict.ts'
import { digestOf, type Manifest, type ManifestVector, readManifest } from './manifest.ts'
import { Unreadable } from './npy.ts'
import { readOutput } from './outputs.ts'

export type VectorStatus = 'held' | 'convention' | 'wrong' | 'missing' | 'unsupported' | 'unreadable'

export interface VectorJudgement {
  readonly vector: ManifestVector
  readonly status: VectorStatus
  readonly file?: string
  readonly message?: string
  readonly verdict?: Verdict
}

export interface OperatorJudgement {
  readonly operator: OperatorName
  readonly vectors: readonly VectorJudgement[]
  /** Mistakes that give just these outputs on every vector of the operator; empty where nothing is wrong. */
  readonly causes: readonly Cause[]
}

export interface FolderJudgement {
  readonly manifest: Manifest
  readonly operators: readonly OperatorJudgement[]
}

export interface JudgeOptions {
  /** All of the manifest's where it is empty. */
  readonly operators?: readonly OperatorName[]
  readonly numerics?: Numerics
}

interface Seen {
  readonly call: Call
  readonly result: Tensor
  readonly found: Verdict
}

/** Throws Unreadable where the manifest is off, an operator has no vector in it, or there is no output at all. */
export function judgeFolder(folder: string, { operators = [], numerics = 'sum' }: JudgeOptions = {}): FolderJudgement {
  const manifest = readManifest(folder)
  const there = manifest.operators.map(({ operator }) => operator)
  for (const name of operators)
    if (!there.includes(name))
      throw new Unreadable(`${folder} has no vectors of ${name}; it has those of ${there.join(', ')}`)
  const wanted = operators.length > 0 ? operators : there
  const judged = wanted.map((operator) => judgeOperator(folder, manifest, operator, numerics))
  if (judged.every(({ vectors }) => vectors.every(({ status }) => status === 'missing'))) {
    const example = join(folder, manifest.vectors.find((v) => wanted.includes(v.operator))?.name ?? '', 'output.npy')
    throw new Unreadable(
      `there is no output in ${folder}; put one beside each vector, as ${example} (README.txt there)`,
    )
  }
  return { manifest, operators: judged }
}

function judgeOperator(folder: string, m: Manifest, operator: OperatorName, numerics: Numerics): OperatorJudgement {
  const seen: Seen[] = []
  const vectors = m.vectors
    .filter((vector) => vector.operator === operator)
    .map((vector) => judgeVector(folder, vector, m, numerics, seen))
  return { operator, vectors, causes: causesOf(operator, seen, m.precision, numerics) }
}

function judgeVector(
  folder: string,
  vector: ManifestVector,
  m: Manifest,
  numerics: Numerics,
  seen: Seen[],
): VectorJudgement {
  const output = readOutput(join(folder, vector.name), m.precision)
  if (output.status !== 'given') return { vector, ...output }
  const { call, expected } = expectedOf(vector, m, numerics)
  const found = verdict(output.value, expected)
  seen.push({ call, result: output.value, found })
  const status = found.grade !== 'wrong' ? 'held' : found.fault === 'convention' ? 'convention' : 'wrong'
  const { message } = found
  return { vector, status, file: output.file, verdict: found, ...(message === undefined ? {} : { message }) }
}

function expectedOf(vector: ManifestVector, m: Manifest, numerics: Numerics): { call: Call; expected: Expectation } {
  const call = instantiate(parseCase(vector.case), m.precision)
  if (call.operator !== vector.operator || digestOf(call) !== vector.digest) {
    const { name, version } = m.tool
    throw new Unreadable(
      `${vector.name}: its operands are not those that ${vector.case} stands for here; they were written by ${name} ${version}, or changed since: export again`,
    )
  }
  return { call, expected: expectation(call.row, call.operands, call.attributes, m.precision, numerics) }
}

/** Every mistake alone: what it would have returned is what came, on the vectors that fail and on those that hold. */
function causesOf(operator: OperatorName, seen: readonly Seen[], precision: Precision, numerics: Numerics): Cause[] {
  const failing = seen.filter(({ found }) => found.grade === 'wrong')
  if (failing.length === 0) return []
  const lenient = failing.some(({ found }) => found.fault !== 'convention')
  const inOrder = [...failing, ...seen.filter((s) => !failing.includes(s))]
  const causes = new Map<string, Cause>()
  for (const { mistake, hypotheses } of candidatesFor(operator, precision)) {
    const fits = inOrder.every(({ call, result }) => {
      const predicted = predict(call, mistake, precision, numerics)
      return predicted !== undefined && !differs(result, predicted, lenient)
    })
    if (fits) for (const { name, sentence } of hypotheses) causes.set(name, { name, sentence })
  }
  return [...causes.values()]
}
