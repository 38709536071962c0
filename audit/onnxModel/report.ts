/** What the audit of a model comes to: a table of its operators and the first layer that deviates; one document for programs. */
import pc from 'picocolors'
import { shapeText } from '../../reference/tensor.ts'
import { layerReplay } from '../replayLine.ts'
import { columns } from '../report/columns.ts'
import { environment, tool } from '../report/environment.ts'
import type { LayerReport, ModelReport } from './auditModel.ts'
import { deviates, deviationText, shareFacts, shareOutcome } from './contender.ts'
import type { Distance } from './distance.ts'
import { type VerdictOutcome, verdictOutcome } from './judgeNode.ts'

const SCHEMA_VERSION = 1

/** Layers that deviate, and that are not judged, shown one by one; all stand in the document. */
const MOST_SHOWN = 5
/** Layers at which the growth of the error is shown. */
const DRIFT_ROWS = 8

type Outcome = VerdictOutcome | 'not judged'
const outcomes: readonly Outcome[] = ['exact', 'accurate', 'tolerable', 'convention', 'wrong', 'not judged']

export const outcomeOf = ({ verdict }: LayerReport): Outcome => (verdict ? verdictOutcome(verdict) : 'not judged')

export const deviating = ({ layers }: ModelReport): LayerReport[] =>
  layers.filter((layer) => outcomeOf(layer) === 'wrong')

export function modelText(path: string, seed: number, report: ModelReport): string {
  const { target, version, opset, layers, feeds } = report
  const fed = [...feeds].map(([name, { shape }]) => `${name} ${shapeText(shape)}`).join(', ')
  return [
    `${pc.bold(path)} ${pc.dim(`operator set ${opset}, through ${target} ${version ?? ''}, fed ${fed}, seed ${seed}`)}`,
    columns([['operator', 'layers', ...outcomes, 'worst/bound', 'held'], ...operatorRows(layers)]),
    ...unjudgedLines(layers),
    ...report.contenders.flatMap((_, c) => besideLines(report, c)),
    ...(layers.some(({ drift }) => drift !== undefined) ? driftLines(report) : []),
    ...outputLines(report),
    ...deviationLines(report),
    closing(report),
  ].join('\n')
}

/** Layers that a contender offers, held on the same inputs. */
function besideLines({ layers, contenders }: ModelReport, c: number): string[] {
  const { name, version } = contenders[c]!
  const offered = layers.flatMap(({ beside, ...layer }) => {
    const share = beside[c]
    return share && !besides.includes(shareOutcome(share)) ? [{ ...layer, share }] : []
  })
  const bad = offered.filter(({ share }) => deviates(share))
  const found =
    bad.length === 0 ? pc.green('none deviates') : pc.red(`${bad.length} deviate${bad.length === 1 ? 's' : ''}`)
  const [first] = bad
  return [
    `${pc.bold(name)} ${pc.dim(version ?? '')} on the same inputs: ${offered.length} of ${layers.length} layers offered and judged, ${found}`,
    ...(first
      ? [`  ${pc.red('first layer that deviates')}: ${first.node} (${first.opType}): ${deviationText(first.share)}`]
      : []),
  ]
}

/** The first layer at which contender c deviates. */
export const firstBeside = ({ layers }: ModelReport, c: number): LayerReport | undefined =>
  layers.find(({ beside }) => beside[c] && deviates(beside[c]))

const besides = ['not offered', 'unsupported']

function operatorRows(layers: readonly LayerReport[]): string[][] {
  const types = [...new Set(layers.map(({ opType }) => opType))].sort()
  return types.map((type) => {
    const these = layers.filter(({ opType }) => opType === type)
    const counts = outcomes.map((outcome) => these.filter((layer) => outcomeOf(layer) === outcome).length)
    const verdicts = these.flatMap(({ verdict }) => (verdict ? [verdict] : []))
    const worst = verdicts.length === 0 ? '–' : Math.max(...verdicts.map((v) => v.worst)).toFixed(3)
    const ways = [...new Set(verdicts.map(({ by }) => by))].join(', ') || '–'
    const bad = counts[outcomes.indexOf('wrong')]! > 0
    return [bad ? pc.red(type) : type, String(these.length), ...counts.map(String), worst, ways]
  })
}

function unjudgedLines(layers: readonly LayerReport[]): string[] {
  const byReason = new Map<string, LayerReport[]>()
  for (const layer of layers)
    if (layer.unjudged !== undefined) byReason.set(layer.unjudged, [...(byReason.get(layer.unjudged) ?? []), layer])
  const lines = [...byReason].map(([why, these]) => {
    const names = these.slice(0, MOST_SHOWN).map(({ node }) => node)
    const more = these.length > MOST_SHOWN ? ` and ${these.length - MOST_SHOWN} more` : ''
    return `${pc.yellow('not judged')} ${why}: ${names.join(', ')}${more}`
  })
  if (lines.length > 0)
    lines.push('  Their outputs were taken as the target gave them; hold those layers against a program of your own.')
  return lines
}

function driftLines({ layers }: ModelReport): string[] {
  const with_ = layers.flatMap((layer, i) => (layer.drift === undefined ? [] : [{ ...layer, i, drift: layer.drift }]))
  const step = Math.max(1, Math.ceil(with_.length / DRIFT_ROWS))
  const shown = with_.filter((_, i) => i % step === 0 || i === with_.length - 1)
  return [
    '',
    'end to end: ‖target − textbook‖∞/‖textbook‖∞, the textbook on its own results',
    columns([
      ['layer', 'operator', 'node', 'error'],
      ...shown.map(({ i, opType, node, drift }) => [String(i), opType, node, drift.relative.toExponential(1)]),
    ]),
  ]
}

const distanceText = ({ absolute, relative }: Distance): string =>
  `${absolute.toExponential(1)} (${relative.toExponential(1)} of the largest)`

/** Shapes that differ, and numbers of which one alone is finite: no rounding makes those. */
export const outputsDiffer = ({ outputs }: ModelReport): boolean =>
  outputs.some(({ untouched }) => untouched?.absolute === Infinity)

function outputLines({ outputs }: ModelReport): string[] {
  const lines = outputs.map(({ name, shape, untouched, drift }) => {
    if (!untouched) return `  ${name}: of an element type that is not read here`
    const paint = untouched.absolute === Infinity ? pc.red : String
    const end = drift === undefined ? '' : `, from the textbook by ${distanceText(drift)}`
    return `  ${name} ${shapeText(shape)}: ${paint(`the model as it is differs by ${distanceText(untouched)}`)}${end}`
  })
  return [
    '',
    'Layers were judged with every value an output, which switches off the fusions of the runtime. Where it may fuse them,',
    'no bound says how far the outputs may be from those; they were held side by side:',
    ...lines,
  ]
}

function deviationLines(report: ModelReport): string[] {
  const all = deviating(report)
  const lines = all.slice(0, MOST_SHOWN).flatMap((layer, i) => {
    const head = i === 0 ? pc.red('first layer that deviates') : pc.red('deviates as well')
    const taken = layer.inputs.map(shapeText).join(' ')
    const found = layer.verdict
    const size = found ? Object.values(found.counts).reduce((sum, count) => sum + count, 0) : 0
    return [
      '',
      `${head}: ${layer.node} (${layer.opType}) ${taken} → ${shapeText(layer.output)}`,
      `  ${found?.message ?? ''}${size > 0 ? `; ${found?.counts.wrong} of ${size} elements are wrong` : ''}`,
      ...caseLines(layer, report.target),
    ]
  })
  if (all.length > MOST_SHOWN) lines.push(`… and ${all.length - MOST_SHOWN} more; --json has all`)
  return lines
}

function caseLines({ case: line }: LayerReport, target: string): string[] {
  if (!line) return []
  // A model of one node with its padding written out, which may hold where auto_pad or a neighbour is the cause.
  return [`  ${layerReplay(line, target)}`]
}

function closing(report: ModelReport): string {
  const bad = deviating(report).length
  const unjudged = report.layers.filter(({ verdict }) => !verdict).length
  const judged = report.layers.length - unjudged
  const rest = unjudged > 0 ? `, ${unjudged} not judged` : ''
  const weak = report.layers.filter(({ verdict }) => verdict?.weak).length
  const found = bad === 0 ? pc.green('none deviates') : pc.red(`${bad} deviate${bad === 1 ? 's' : ''}`)
  const little = weak > 0 ? `, ${weak} weak (constant or nearly all zero)` : ''
  return `\n${judged} of ${report.layers.length} layers judged, each on the inputs that the target gave it: ${found}${rest}${little}`
}

/** Everything there is to say, without colours. */
export function modelDocument(path: string, seed: number, report: ModelReport): object {
  const { target, version, opset, feeds, outputs } = report
  const layers = report.layers.map((layer) => {
    const { verdict, beside, case: line, ...about } = layer
    return {
      ...about,
      outcome: outcomeOf(layer),
      ...shareFacts({ ...(verdict ? { verdict } : {}) }),
      ...(line ? { case: line.text } : {}),
      beside: beside.map((share, c) => ({
        name: report.contenders[c]!.name,
        outcome: shareOutcome(share),
        ...shareFacts(share),
      })),
    }
  })
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: tool(),
    environment: environment(),
    model: path,
    target,
    version: version ?? null,
    opset,
    seed,
    inputs: [...feeds].map(([name, { shape }]) => ({ name, shape })),
    firstDeviation: deviating(report)[0]?.node ?? null,
    beside: report.contenders.map(({ name, version }, c) => ({
      name,
      version: version ?? null,
      firstDeviation: firstBeside(report, c)?.node ?? null,
    })),
    layers,
    outputs,
  }
}

/** What is left to say where the model ended the process of its runtime. */
export const deathText = (path: string, target: string, kind: string, message: string): string =>
  `${pc.bold(path)}\n${pc.red(kind)} of ${target}: ${message}`

export const deathDocument = (path: string, target: string, kind: string, message: string): object => ({
  schemaVersion: SCHEMA_VERSION,
  tool: tool(),
  environment: environment(),
  model: path,
  target,
  died: { kind, message },
})
