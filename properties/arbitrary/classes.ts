/**
 * Classes of cases: for each attribute, and for what else decides how a result is computed, a few that exclude one another.
 * What an audit covered is told in pairs of them, since most mistakes need two: a stride with a dilation, a rest behind the
 * last window with ceilMode. Source: Kuhn, Wallace & Gallo 2004, IEEE TSE 30(6).
 */
import { type OperatorRow, operatorRow } from '../../reference/operators.ts'
import type { Case } from '../case.ts'
import { draws } from '../values.ts'
import { sampleCases } from './case.ts'

interface Dimension {
  readonly name: string
  readonly classes: readonly string[]
  /** The class of a case; undefined where its operator has no such thing. */
  of(c: Case): string | undefined
}

const sides = ['1', 'equal', 'unequal'] as const
const onOff = ['off', 'on'] as const

function sideOf(pair: readonly [number, number] | undefined): string | undefined {
  if (!pair) return undefined
  return pair[0] !== pair[1] ? 'unequal' : pair[0] > 1 ? 'equal' : '1'
}
const flagOf = (on: boolean | undefined): string | undefined => (on === undefined ? undefined : onOff[on ? 1 : 0])

const dimensions: readonly Dimension[] = [
  { name: 'values', classes: draws, of: ({ values }) => ('draw' in values ? values.draw : undefined) },
  { name: 'mode', classes: ['full', 'same', 'valid'], of: ({ attributes }) => attributes.mode },
  {
    name: 'kernel',
    classes: sides,
    of: ({ attributes, sizes: { r, s } }) =>
      sideOf(attributes.kernel ?? (r !== undefined && s !== undefined ? [r, s] : undefined)),
  },
  { name: 'stride', classes: sides, of: ({ attributes }) => sideOf(attributes.stride) },
  {
    name: 'padding',
    classes: ['none', 'equal', 'by axis', 'uneven'],
    of: ({ attributes }) => {
      if (!attributes.padding) return undefined
      const [t, l, b, r] = attributes.padding
      if (t + l + b + r === 0) return 'none'
      return t !== b || l !== r ? 'uneven' : t === l ? 'equal' : 'by axis'
    },
  },
  { name: 'dilation', classes: sides, of: ({ attributes }) => sideOf(attributes.dilation) },
  {
    name: 'groups',
    classes: ['1', 'several', 'depthwise'],
    of: ({ attributes: { groups }, sizes }) =>
      groups === undefined ? undefined : groups === 1 ? '1' : groups === sizes.c ? 'depthwise' : 'several',
  },
  {
    name: 'output padding',
    classes: ['none', 'equal', 'unequal'],
    of: ({ attributes: { outputPadding } }) =>
      outputPadding && (outputPadding[0] !== outputPadding[1] ? 'unequal' : outputPadding[0] > 0 ? 'equal' : 'none'),
  },
  { name: 'ceil mode', classes: onOff, of: ({ attributes }) => flagOf(attributes.ceilMode) },
  { name: 'counted padding', classes: onOff, of: ({ attributes }) => flagOf(attributes.countIncludePad) },
  { name: 'rest', classes: ['none', 'some'], of: restOf },
  {
    name: 'bias',
    classes: onOff,
    of: ({ operator, bias }) => (operatorRow(operator).optional === undefined ? undefined : flagOf(bias)),
  },
  {
    name: 'batch',
    classes: ['1', 'few', 'many'],
    of: ({ attributes, sizes: { n } }) =>
      n === undefined || attributes.mode ? undefined : n === 1 ? '1' : n <= 3 ? 'few' : 'many',
  },
]

/** Whether cells are left over behind the last window, along either axis. */
function restOf({ attributes, sizes: { h, w, r, s } }: Case): string | undefined {
  const { stride, padding, dilation = [1, 1], kernel = [r ?? 1, s ?? 1] } = attributes
  if (!stride || !padding || h === undefined || w === undefined) return undefined
  const over = [h, w].some((extent, i) => {
    const room = extent + padding[i]! + padding[i + 2]! - dilation[i]! * (kernel[i]! - 1) - 1
    return room % stride[i]! !== 0
  })
  return over ? 'some' : 'none'
}

/** Every class of every dimension by a number, and a pair by the numbers of both, the smaller in front. */
const classNames = dimensions.flatMap((d) => d.classes.map((name) => `${d.name} ${name}`))
const firstOf = dimensions.map((_, i) => dimensions.slice(0, i).reduce((sum, d) => sum + d.classes.length, 0))
const pairOf = (a: number, b: number): number => a * classNames.length + b
const pairName = (pair: number): string =>
  `${classNames[Math.floor(pair / classNames.length)]} & ${classNames[pair % classNames.length]}`

/** In the order of the dimensions. */
function classesOf(c: Case): number[] {
  const own: number[] = []
  for (const [i, d] of dimensions.entries()) {
    const name = d.of(c)
    if (name !== undefined) own.push(firstOf[i]! + d.classes.indexOf(name))
  }
  return own
}

const pairsOf = (own: readonly number[]): number[] => own.flatMap((a, i) => own.slice(i + 1).map((b) => pairOf(a, b)))

/** Pairs of classes that a case shows. */
export const classPairs = (c: Case): string[] => pairsOf(classesOf(c)).map(pairName)

/**
 * What no case can be: at stride 1 windows use up what there is, and output padding is below the stride; a window of one cell
 * may not lie in the padding, so that pooling has none before the input.
 */
const impossible: ReadonlySet<string> = new Set([
  'stride 1 & rest some',
  'stride 1 & output padding equal',
  'stride 1 & output padding unequal',
])
const impossibleInPools: ReadonlySet<string> = new Set(['kernel 1 & padding equal', 'kernel 1 & padding by axis'])

/** All pairs of classes that cases of an operator can show. */
export const allClassPairs = (row: OperatorRow): string[] => possiblePairs(row).map(pairName)

function possiblePairs(row: OperatorRow): number[] {
  const [example] = sampleCases(row, 1, 1)
  const own = dimensions.flatMap((d, i) =>
    d.of(example!) === undefined ? [] : [d.classes.map((_, at) => firstOf[i]! + at)],
  )
  const pairs = own.flatMap((a, i) => own.slice(i + 1).flatMap((b) => a.flatMap((x) => b.map((y) => pairOf(x, y)))))
  return pairs.filter((pair) => {
    const name = pairName(pair)
    return !impossible.has(name) && !(row.family === 'pooling' && impossibleInPools.has(name))
  })
}

/** Cases drawn for each that is taken. */
const CHOICE = 100

/**
 * Cases that show pairs of classes not in `covered` yet, each the one of many drawn that adds the most; until every pair is
 * covered or `most` are taken. The same cases from one seed on every machine.
 */
export function* uncoveredCases(
  row: OperatorRow,
  covered: ReadonlySet<string>,
  seed: number,
  most: number,
): Iterable<Case> {
  const left = new Set(possiblePairs(row).filter((pair) => !covered.has(pairName(pair))))
  for (let taken = 0; taken < most && left.size > 0; taken++) {
    let best: { readonly c: Case; readonly gain: number } | undefined
    for (const drawn of sampleCases(row, CHOICE, seed + taken)) {
      const { c, gain } = inBestDraw(drawn, left)
      if (gain > (best?.gain ?? 0)) best = { c, gain }
    }
    if (!best) continue
    for (const pair of pairsOf(classesOf(best.c))) left.delete(pair)
    yield best.c
  }
}

/** Values go with any shape: the draw is chosen as well, the first of those that show the most. */
function inBestDraw(c: Case, left: ReadonlySet<number>): { c: Case; gain: number } {
  // The draw is the first dimension, which every drawn case has.
  const [, ...others] = classesOf(c)
  let gain = 0
  for (const [i, a] of others.entries())
    for (let j = i + 1; j < others.length; j++) if (left.has(pairOf(a, others[j]!))) gain++
  if (!('seed' in c.values)) return { c, gain }
  const gains = draws.map((_, draw) => others.filter((other) => left.has(pairOf(draw, other))).length)
  const most = Math.max(...gains)
  return { c: { ...c, values: { draw: draws[gains.indexOf(most)]!, seed: c.values.seed } }, gain: gain + most }
}
