/** What the audit of a network comes to: a row a layer, the first that deviates, and one document for programs. */
import pc from 'picocolors'
import { shapeText, sizeOf } from '../../reference/tensor.ts'
import { deviates, deviationText, shareFacts, shareOutcome } from '../onnxModel/contender.ts'
import { layerReplay } from '../replayLine.ts'
import { columns } from '../report/columns.ts'
import { environment, tool } from '../report/environment.ts'
import type { LayerRow, LayerShare, NetworkReport } from './auditLayers.ts'

const SCHEMA_VERSION = 1

/** What the network was run on, and where its pictures are. */
export interface NetworkRun {
  readonly model: string
  readonly package: string
  readonly version: string
  readonly input: readonly number[]
  readonly image: string
  readonly pictures: readonly PictureLine[]
}

export interface PictureLine {
  readonly contender: string
  readonly file: string
  /** Against the textbook's; left out for that one. */
  readonly difference?: {
    readonly file: string
    readonly largest: number
    readonly factor: number
    readonly unlike: number
  }
}

/** The first layer at which contender c deviates. */
export const firstDeviation = ({ rows }: NetworkReport, c: number): LayerRow | undefined =>
  rows.find(({ shares }) => deviates(shares[c]!))

export function networkText(run: NetworkRun, report: NetworkReport): string {
  const { rows, ends } = report
  const names = ends.map(({ name }) => name)
  return [
    `${pc.bold(run.model)} ${pc.dim(`${run.package} ${run.version}, fed ${shapeText(run.input)}: ${run.image}`)}`,
    'verdict a layer on the same inputs, with the largest error in bounds;',
    '‖contender − textbook‖∞/‖textbook‖∞ behind it, each on its own results from the first layer on',
    columns([
      ['layer', 'case', ...names, ...names.map((name) => `error of ${name}`)],
      ...rows.map((row) => [row.layer, caseText(row), ...row.shares.map(verdictText), ...row.shares.map(driftText)]),
    ]),
    ...ends.flatMap((_, c) => contenderLines(report, c)),
    ...pictureLines(run),
  ].join('\n')
}

function caseText({ case: line, opType, inputs }: LayerRow): string {
  return line?.text.replace(/ (@|x=).*$/, '') ?? `${opType} ${inputs.map(shapeText).join(' ')}`
}

function verdictText(share: LayerShare): string {
  const outcome = shareOutcome(share)
  if (deviates(share)) return pc.red(outcome)
  if (!share.verdict) return pc.dim(outcome)
  return outcome === 'exact' ? outcome : `${outcome} ${share.verdict.worst.toFixed(3)}`
}

const driftText = ({ drift }: LayerShare): string => (drift ? drift.relative.toExponential(1) : '–')

function contenderLines(report: NetworkReport, c: number): string[] {
  const { rows, ends } = report
  const { name, version, whole, output } = ends[c]!
  const judged = rows.filter(({ shares }) => shares[c]!.verdict).length
  const bad = rows.filter(({ shares }) => deviates(shares[c]!)).length
  const found = bad === 0 ? pc.green('none deviates') : pc.red(`${bad} deviate${bad === 1 ? 's' : ''}`)
  const broken = output ? [] : ['  its own results end where a layer gave none']
  return [
    '',
    `${pc.bold(name)} ${pc.dim(version ?? '')} ${judged} of ${rows.length} layers judged: ${found}`,
    ...broken,
    ...(whole ? [`  ${wholeText(whole)}`] : []),
    ...deviationLines(report, c),
  ]
}

function wholeText(whole: NonNullable<NetworkReport['ends'][number]['whole']>): string {
  if ('failed' in whole) return pc.red(`run as a whole the network fails: ${whole.message}`)
  const size = `${whole.absolute.toExponential(1)} (${whole.relative.toExponential(1)} of the largest)`
  return `run as a whole the network differs from its layers in turn by ${size}`
}

function deviationLines(report: NetworkReport, c: number): string[] {
  const row = firstDeviation(report, c)
  if (!row) return []
  const { verdict } = row.shares[c]!
  const wrong = verdict ? `; ${verdict.counts.wrong} of ${sizeOf(row.output)} elements are wrong` : ''
  const { name } = report.ends[c]!
  return [
    `  ${pc.red('first layer that deviates')}: ${row.layer} (${row.opType}) ${row.inputs.map(shapeText).join(' ')} → ${shapeText(row.output)}`,
    `    ${deviationText(row.shares[c]!)}${wrong}`,
    ...(row.case ? [`    ${layerReplay(row.case, name)}`] : []),
  ]
}

function pictureLines({ pictures }: NetworkRun): string[] {
  if (pictures.length === 0) return []
  const lines = pictures.map(({ contender, file, difference }) => {
    if (!difference) return [contender, file, '']
    const { largest, factor, unlike } = difference
    const grown = factor === 1 ? '' : `; in ${difference.file} times ${factor.toPrecision(3)}`
    return [
      contender,
      file,
      `off by ${largest.toExponential(1)} of 255 at most, numbers of the PNG that differ: ${unlike}${grown}`,
    ]
  })
  return ['', columns(lines)]
}

/** Everything there is to say, without colours and tensors. */
export function networkDocument({ image, input, ...run }: NetworkRun, report: NetworkReport): object {
  const { rows, ends } = report
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: tool(),
    environment: environment(),
    ...run,
    input: { image, shape: input },
    contenders: ends.map(({ name, version, whole }, c) => ({
      name,
      version: version ?? null,
      firstDeviation: firstDeviation(report, c)?.layer ?? null,
      ...(whole ? { whole } : {}),
    })),
    layers: rows.map(({ case: line, shares, ...row }) => ({
      ...row,
      ...(line ? { case: line.text } : {}),
      contenders: shares.map((share, c) => ({
        name: ends[c]!.name,
        outcome: shareOutcome(share),
        ...shareFacts(share),
        ...(share.drift ? { drift: share.drift } : {}),
      })),
    })),
  }
}
