/**
 * A few cases that show much: out of many drawn ones those are taken, one after the other, that add the most traits and pairs
 * of traits not seen before. Pairs because most mistakes need two: a stride with a dilation, a remainder with more than one
 * block, ceilMode with padding that counts. Source: Kuhn, Wallace & Gallo 2004, IEEE TSE 30(6).
 */
import { type OperatorRow, operatorRow } from '../../reference/operators.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { type Case, completeAttributes, operandShapes } from '../case.ts'
import type { Draw } from '../values.ts'
import { sampleCases } from './case.ts'

/** Cases drawn for each that is taken. */
const CHOICE = 12
/** A new trait counts as many new pairs. */
const TRAIT_WEIGHT = 4
/** Blocks that a remainder may be left behind. */
const blocks = [2, 4, 8] as const

/** `draws` take turns; the same cases from one seed on every machine. */
export function coveringCases(row: OperatorRow, count: number, seed: number, draws: readonly Draw[]): Case[] {
  const drawn = sampleCases(row, count * CHOICE, seed, draws)
  const ids = new Map<string, number>()
  const idOf = (name: string): number => {
    const id = ids.get(name) ?? ids.size
    ids.set(name, id)
    return id
  }
  const traits = drawn.map((c) => traitsOf(c).map(idOf))
  // Pairs by the numbers of both: to name each of them took half of the time.
  const T = ids.size
  const pairs = traits.map((own) => own.flatMap((a, i) => own.slice(i + 1).map((b) => a * T + b)))
  const single = drawn.map((c, i) => [...traits[i]!, ...remaindersOf(c).map(idOf)])
  const [newSingle, newPairs] = [new Novelty(ids.size, single), new Novelty(T * T, pairs)]
  const newDrawn = new Map(classes.map((name) => [name, new Novelty(T, [])]))
  const taken: Case[] = []
  const left = new Set(drawn.keys())
  while (taken.length < count) {
    const draw = draws[taken.length % draws.length]!
    const drawnSo = newDrawn.get(classOf(draw))!
    let [best, most] = [-1, -1]
    for (const i of left) {
      const gain = TRAIT_WEIGHT * newSingle.of(single[i]!) + newPairs.of(pairs[i]!) + 2 * drawnSo.of(traits[i]!)
      if (gain > most) [best, most] = [i, gain]
    }
    left.delete(best)
    newSingle.take(single[best]!)
    newPairs.take(pairs[best]!)
    drawnSo.take(traits[best]!)
    const c = drawn[best]!
    taken.push({ ...c, values: { draw, seed: 'seed' in c.values ? c.values.seed : seed } })
  }
  return taken
}

/** What has not been taken yet. What few of the drawn cases show is worth more: what many show comes by itself. */
class Novelty {
  private readonly worth: Float64Array

  constructor(size: number, shown: readonly (readonly number[])[]) {
    const often = new Float64Array(size)
    for (const list of shown) for (const id of list) often[id]!++
    this.worth = often.map((times) => 1 / Math.sqrt(times || 1))
  }

  of(list: readonly number[]): number {
    let sum = 0
    for (const id of list) sum += this.worth[id]!
    return sum
  }

  take(list: readonly number[]): void {
    for (const id of list) this.worth[id] = 0
  }
}

/** Draws by what they reveal: lost digits, places, special values. */
const classes = ['digits', 'places', 'specials'] as const
const classOf = (draw: Draw): (typeof classes)[number] =>
  draw === 'special' ? 'specials' : draw === 'impulse' || draw === 'tie' ? 'places' : 'digits'

/** What is special about the attributes of a case and how its sizes stand to one another. */
function traitsOf(c: Case): string[] {
  const { attributes: a, sizes: s } = c
  const traits: string[] = []
  const when = (holds: boolean, name: string): void => {
    traits.push(holds ? name : `no ${name}`)
  }
  for (const name of ['stride', 'dilation', 'kernel', 'outputPadding'] as const) {
    const pair = a[name]
    if (!pair) continue
    const least = name === 'outputPadding' ? 0 : 1
    when(pair[0] > least, `${name} of rows`)
    when(pair[1] > least, `${name} of columns`)
    when(pair[0] !== pair[1], `unequal ${name}`)
  }
  if (a.padding) {
    const [t, l, b, r] = a.padding
    when(t + l + b + r > 0, 'padding')
    when(t !== b || l !== r, 'uneven padding')
    when(t !== l || b !== r, 'padding by axis')
    when(t === l && t > 0, 'equal leading padding')
  }
  if (a.groups !== undefined) {
    when(a.groups > 1, 'groups')
    when(a.groups > 1 && s.c! / a.groups > 1, 'channels in groups')
    when(a.groups > 1 && s.m! / a.groups > 1, 'maps in groups')
    when(a.groups === s.c && a.groups > 1, 'depthwise')
  }
  if (s.r !== undefined && s.s !== undefined) when(s.r !== s.s, 'unequal taps')
  for (const [name, value] of Object.entries({ ceilMode: a.ceilMode, countIncludePad: a.countIncludePad }))
    if (value !== undefined) when(value, name)
  if (a.mode) traits.push(a.mode)
  if (a.mode && (s.n ?? s.h) === 1) traits.push(`${a.mode} of one value`)
  if (s.n !== undefined && s.k !== undefined) when(s.k > s.n, 'more k than n')
  else if (s.n !== undefined) traits.push(s.n === 1 ? 'one image' : s.n <= 4 ? 'few images' : 'many images')
  if (a.mode && s.r !== undefined) when(s.r > s.h! || s.s! > s.w!, 'kernel beyond the plane')
  when(c.bias, 'bias')
  for (const letter of ['n', 'k', 'c', 'm', 'h', 'w', 'i', 'o']) if (s[letter] === 1) traits.push(`${letter} of one`)
  const [inner, outer] = [(s.c ?? 1) / (a.groups ?? 1), (s.m ?? 1) / (a.groups ?? 1)]
  if (s.c !== undefined && s.m !== undefined) {
    when(inner % 4 === 0, 'channels in fours')
    when(outer % 4 === 0, 'maps in fours')
    when(inner % 4 === 0 && outer % 4 === 0, 'channels and maps in fours')
  }
  traits.push(...rests(c))
  return traits
}

/** Whether windows leave cells over behind the last one, and whether one more would begin within the input. */
function rests(c: Case): string[] {
  const { kernel = [c.sizes.r, c.sizes.s], stride, padding, dilation = [1, 1], ceilMode } = c.attributes
  if (!stride || !padding || c.sizes.h === undefined) return []
  const traits = [0, 1].flatMap((i) => {
    const [n, before, after] = [c.sizes[i === 0 ? 'h' : 'w']!, padding[i]!, padding[i + 2]!]
    const room = n + before + after - dilation[i]! * (kernel[i]! - 1) - 1
    const several = room >= stride[i]! ? [`several windows along axis ${i}`] : []
    if (room % stride[i]! === 0) return several
    const start = Math.ceil(room / stride[i]!) * stride[i]!
    const over = ceilMode ? ['overhang', ...(c.attributes.countIncludePad ? ['overhang counted'] : [])] : []
    return [...several, ...(start < n + before ? ['rest', ...over] : ['rest behind the input'])]
  })
  return [...new Set(traits)]
}

/** What is left of each extent behind whole blocks, of operands and of the result, and whether there is a whole block. */
function remaindersOf(c: Case): string[] {
  const row = operatorRow(c.operator)
  const shapes = operandShapes(c)
  const attributes = completeAttributes(c)
  const result = row.resultShape(shapes, attributes)
  const g = attributes.groups ?? 1
  const extents: Record<string, number> = {
    ...c.sizes,
    all: sizeOf(result),
    plane: sizeOf(result.slice(2)),
    rows: result.at(-2) ?? 1,
    columns: result.at(-1) ?? 1,
    terms: row.terms(c.sizes, attributes),
    ...(g > 1 ? { inner: c.sizes.c! / g, outer: c.sizes.m! / g } : {}),
  }
  return Object.entries(extents).flatMap(([name, n]) =>
    blocks.map((L) => `${name}${n > L ? ' beyond' : ''} ${n % L} of ${L}`),
  )
}
