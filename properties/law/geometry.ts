/** What moves or permutes operands moves or permutes results: shifts, images of a batch, channels and groups. */
import { type OperatorRow, operators, type Sizes } from '../../reference/operators.ts'
import { type Case, defaults } from '../case.ts'
import type { Random } from '../random.ts'
import { finite, severalGroups, severalImages, withSizes } from './domain.ts'
import { type Law, law } from './law.ts'
import { ABSENT, along, joined, plus, range, times, type Value } from './value.ts'

/** Rows or columns of zeros before an axis. */
const behindZeros = (v: Value, axis: number, zeros: number): Value =>
  along(v, axis, [...times(zeros, ABSENT), ...range(v.shape[axis]!)])

/** v without its first slices. */
const without = (v: Value, axis: number, slices: number): Value =>
  along(v, axis, range(v.shape[axis]! - slices, slices))

const shifts = (random: Random): [rows: number, columns: number] => [random.integer(1, 2), random.integer(0, 2)]

/** F14, F16: whatever the padding and the dilation, an image that moves by a strides moves its map by a. */
export const shiftEquivariance = {
  conv2d: law({
    equation: 'conv(x moved by a·stride)[a…] = conv(x)',
    operator: 'conv2d',
    draws: finite,
    async claim({ operands: { x, w, b }, attributes: { stride }, random, run, equal }) {
      const [a, c] = shifts(random)
      const moved = behindZeros(behindZeros(x, 2, a * stride[0]), 3, c * stride[1])
      equal(without(without(await run('conv2d', { x: moved, w, b }), 2, a), 3, c), await run('conv2d', { x, w, b }))
    },
  }),
  convTranspose2d: law({
    equation: 'convᵀ(x moved by a)[a·stride…] = convᵀ(x)',
    operator: 'convTranspose2d',
    draws: finite,
    async claim({ operands: { x, w, b }, attributes: { stride }, random, run, equal }) {
      const [a, c] = shifts(random)
      const result = await run('convTranspose2d', { x: behindZeros(behindZeros(x, 2, a), 3, c), w, b })
      equal(without(without(result, 2, a * stride[0]), 3, c * stride[1]), await run('convTranspose2d', { x, w, b }))
    },
  }),
}

/** Every size 1 but the batch: what has an axis of 2 then has one of images. */
const TWO_IMAGES: Sizes = { ...Object.fromEntries([...'chwmrspqiok'].map((letter) => [letter, 1])), n: 2 }

/** The operands that hold an image each along their first axis, and whether the result does; of a sequence n is the length. */
function imagesOf(row: OperatorRow): { readonly operands: readonly string[]; readonly result: boolean } {
  if (!row.sizes.startsWith('n') || row.family === 'sequence') return { operands: [], result: false }
  const attributes = { ...defaults, ...row.derived?.(TWO_IMAGES) }
  const shapes = row.shapes(TWO_IMAGES, attributes)
  const operands = row.operands.filter((name) => shapes[name]![0] === 2)
  return { operands, result: row.resultShape(shapes, attributes)[0] === 2 }
}

/** x₁⧺x₂ against x₁ and x₂ alone; `together` says what becomes of the two results. */
function cutBatch(row: OperatorRow, sign: string, together: (first: Value, second: Value) => Value): Law {
  const cut = imagesOf(row).operands
  const call = (argument: (name: string) => string) =>
    `${symbols[row.name] ?? row.name}(${cut.map(argument).join(',')})`
  const at = (i: string) => call((name) => name + i)
  return law({
    equation: `${call((name) => `${name}₁⧺${name}₂`)} = ${at('₁')}${sign}${at('₂')}`,
    operator: row.name,
    draws: finite,
    among: severalImages,
    async claim({ operands, sizes, random, run, equal }) {
      const all: Readonly<Record<string, Value | undefined>> = operands
      const first = random.integer(1, sizes.n! - 1)
      const images = (from: number, count: number) => {
        const part = cut.map((name) => [name, along(all[name]!, 0, range(count, from))])
        return run(row.name, { ...all, ...Object.fromEntries(part) })
      }
      const [one, two] = [await images(0, first), await images(first, sizes.n! - first)]
      equal(await run(row.name, all), together(one, two))
    },
  })
}

const symbols: Readonly<Record<string, string>> = { conv2d: 'conv', convTranspose2d: 'convᵀ' }
const batched = operators.filter((row) => imagesOf(row).operands.length > 0)

/** Every operator that keeps images apart: batchIndependence.conv2d. */
export const batchIndependence: Readonly<Record<string, Law>> = Object.fromEntries(
  batched.filter((row) => imagesOf(row).result).map((row) => [row.name, cutBatch(row, '⧺', joined)]),
)

/** F12, F21, F27, F28, F30: sums over the batch, neither means nor the last image. */
export const batchAdditivity: Readonly<Record<string, Law>> = Object.fromEntries(
  batched.filter((row) => !imagesOf(row).result).map((row) => [row.name, cutBatch(row, ' + ', plus)]),
)

/** A permutation of 0 … n−1 that moves something. */
function permutation(n: number, random: Random): number[] {
  const order = range(n)
  random.shuffle(order)
  return order.every((at, i) => at === i) ? order.reverse() : order
}

/** The same permutation within each of G groups of channels. */
const inEachGroup = (G: number, order: readonly number[]): number[] =>
  range(G).flatMap((g) => order.map((at) => g * order.length + at))

/** Groups of channels in another order, each as it was. */
const ofGroups = (order: readonly number[], perGroup: number): number[] =>
  order.flatMap((g) => range(perGroup, g * perGroup))

const several =
  (letter: 'c' | 'm') =>
  (c: Case): Case => {
    const groups = c.attributes.groups!
    return withSizes(c, { [letter]: Math.max(c.sizes[letter]!, 2 * groups) } satisfies Sizes)
  }

/** F14: output maps of a group are computed apart. */
export const outputChannelsPermute = law({
  equation: 'conv(x;πw,πb) = π conv(x;w,b)',
  operator: 'conv2d',
  draws: finite,
  among: several('m'),
  async claim({ operands: { x, w, b }, attributes: { groups }, random, run, equal }) {
    const order = inEachGroup(groups, permutation(w.shape[0]! / groups, random))
    const permuted = await run('conv2d', { x, w: along(w, 0, order), b: b && along(b, 0, order) })
    equal(permuted, along(await run('conv2d', { x, w, b }), 1, order))
  },
})

/** F14: the sum over input channels has no order. */
export const inputChannelsPermute = law({
  equation: 'conv(πx;wπ) = conv(x;w)',
  operator: 'conv2d',
  draws: finite,
  among: several('c'),
  async claim({ operands: { x, w, b }, attributes: { groups }, random, run, equal }) {
    const order = permutation(w.shape[1]!, random)
    const permuted = { x: along(x, 1, inEachGroup(groups, order)), w: along(w, 1, order), b }
    equal(await run('conv2d', permuted), await run('conv2d', { x, w, b }))
  },
})

/** F14 with groups: each group has its own channels, filters and maps, and nothing of the others. */
export const groupsPermute = law({
  equation: 'conv(γx;γw,γb) = γ conv(x;w,b) for groups γ',
  operator: 'conv2d',
  draws: finite,
  among: severalGroups,
  async claim({ operands: { x, w, b }, attributes: { groups }, random, run, equal }) {
    const order = permutation(groups, random)
    const maps = ofGroups(order, w.shape[0]! / groups)
    const permuted = { x: along(x, 1, ofGroups(order, w.shape[1]!)), w: along(w, 0, maps), b: b && along(b, 0, maps) }
    equal(await run('conv2d', permuted), along(await run('conv2d', { x, w, b }), 1, maps))
  },
})
