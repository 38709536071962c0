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

type Class = readonly [dimension: string, name: string]

function classesOf(c: Case): Class[] {
  return dimensions.flatMap((d): Class[] => {
    const name = d.of(c)
    return name === undefined ? [] : [[d.name, name]]
  })
}

const pairName = (a: Class, b: Class): string => `${a.join(' ')} & ${b.join(' ')}`

/** Pairs of classes that a case shows. */
export function classPairs(c: Case): string[] {
  const own = classesOf(c)
  return own.flatMap((a, i) => own.slice(i + 1).map((b) => pairName(a, b)))
}

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
export function allClassPairs(row: OperatorRow): string[] {
  const [example] = sampleCases(row, 1, 1)
  const own = dimensions.filter((d) => d.of(example!) !== undefined)
  const pairs = own.flatMap((a, i) =>
    own.slice(i + 1).flatMap((b) => a.classes.flatMap((x) => b.classes.map((y) => pairName([a.name, x], [b.name, y])))),
  )
  return pairs.filter((pair) => !impossible.has(pair) && !(row.family === 'pooling' && impossibleInPools.has(pair)))
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
  const left = new Set(allClassPairs(row).filter((pair) => !covered.has(pair)))
  for (let taken = 0; taken < most && left.size > 0; taken++) {
    let best: { readonly c: Case; readonly gain: number } | undefined
    for (const drawn of sampleCases(row, CHOICE, seed + taken)) {
      const c = inBestDraw(drawn, left)
      const gain = gainOf(c, left)
      if (gain > (best?.gain ?? 0)) best = { c, gain }
    }
    if (!best) continue
    for (const pair of classPairs(best.c)) left.delete(pair)
    yield best.c
  }
}

const gainOf = (c: Case, left: ReadonlySet<string>): number => classPairs(c).filter((pair) => left.has(pair)).length

/** Values go with any shape: the draw is chosen as well. */
function inBestDraw(c: Case, left: ReadonlySet<string>): Case {
  if (!('seed' in c.values)) return c
  const { seed } = c.values
  const others = classesOf(c).filter(([dimension]) => dimension !== 'values')
  const gains = draws.map((draw) => others.filter((other) => left.has(pairName(['values', draw], other))).length)
  return { ...c, values: { draw: draws[gains.indexOf(Math.max(...gains))]!, seed } }
}
