/**
 * fast-check generators of sizes and attributes, a family of operators each. They reach what square, friendly shapes never
 * show: H≠W, R≠S, stride > kernel, padding ≥ kernel, asymmetric padding, dilation with stride, groups and depthwise, 1×1,
 * sizes one off the blocks in use, and (H+2p−k) not divisible by the stride.
 */
import fc from 'fast-check'
import { type Mode, type Padding, type Pair, ShapeError } from '../../reference/contract.ts'
import type { AttributeBag, Family, OperatorRow, Sizes } from '../../reference/operators.ts'
import { size } from '../../reference/rows/read.ts'
import { maxPool2dSizes } from '../../reference/shape/pooling.ts'
import type { Window as MaxPool2dWindow } from '../../reference/shape/window.ts'

export interface Shape {
  readonly sizes: Sizes
  readonly attributes: AttributeBag
}

/** Sizes and attributes of one operator; what does not fit together was made to fit. */
export function shapeArbitrary(row: OperatorRow): fc.Arbitrary<Shape> {
  return generators[row.family](row)
}

const extent = (least: number, most: number): fc.Arbitrary<number> => fc.integer({ min: least, max: most })

/** Multiples of SIMD lanes and register tiles, and one off them. */
const blockEdge = fc.constantFrom(3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33)

const pair = (each: fc.Arbitrary<number>): fc.Arbitrary<Pair> => fc.tuple(each, each)

/** Half of the pairs are equal, as attributes mostly are. */
const oftenEqual = (each: fc.Arbitrary<number>): fc.Arbitrary<Pair> =>
  fc.oneof(
    each.map((v): Pair => [v, v]),
    pair(each),
  )

const plane = fc.oneof({ arbitrary: pair(extent(1, 9)), weight: 3 }, { arbitrary: pair(blockEdge), weight: 1 })

/** How the padding of a window comes about. */
const paddings = ['none', 'equal', 'same', 'asymmetric', 'deep'] as const
type PaddingStyle = (typeof paddings)[number]

/** A window over a plane: enough of it and of its padding that it fits at least once. */
const window = fc.record({
  plane,
  kernel: fc.oneof(
    { arbitrary: pair(extent(1, 4)), weight: 4 },
    { arbitrary: fc.constant<Pair>([1, 1]), weight: 1 },
    { arbitrary: fc.constant<Pair>([3, 3]), weight: 2 },
    { arbitrary: pair(extent(4, 6)), weight: 1 },
  ),
  stride: fc.oneof(
    { arbitrary: fc.constant<Pair>([1, 1]), weight: 2 },
    { arbitrary: oftenEqual(extent(1, 4)), weight: 3 },
  ),
  dilation: fc.oneof(
    { arbitrary: fc.constant<Pair>([1, 1]), weight: 3 },
    { arbitrary: oftenEqual(extent(1, 3)), weight: 2 },
  ),
  style: fc.constantFrom(...paddings),
  free: fc.tuple(extent(0, 4), extent(0, 4), extent(0, 4), extent(0, 4)),
})

type Window = typeof window extends fc.Arbitrary<infer W> ? W : never

function fitWindow({ plane: [H, W], kernel, stride, dilation, style, free }: Window): {
  image: Pair
  kernel: Pair
  stride: Pair
  dilation: Pair
  padding: Padding
} {
  const [top, bottom] = axisPadding(style, H, kernel[0], stride[0], dilation[0], free[0], free[2])
  const across = style === 'equal' ? free : ([free[1], free[3]] as const)
  const [left, right] = axisPadding(style, W, kernel[1], stride[1], dilation[1], across[0], across[1])
  const height = Math.max(H, dilation[0] * (kernel[0] - 1) + 1 - top - bottom)
  const width = Math.max(W, dilation[1] * (kernel[1] - 1) + 1 - left - right)
  return { image: [height, width], kernel, stride, dilation, padding: [top, left, bottom, right] }
}

/** 'same' is TensorFlow's: as many outputs as ⌈H/s⌉, the smaller half of the padding first. */
function axisPadding(style: PaddingStyle, H: number, k: number, s: number, d: number, a: number, b: number): Pair {
  const span = d * (k - 1) + 1
  if (style === 'none') return [0, 0]
  if (style === 'equal') return [a, a]
  if (style === 'asymmetric') return [a, b]
  if (style === 'deep') return [k + a, k + b]
  const total = Math.max((Math.ceil(H / s) - 1) * s + span - H, 0)
  return [Math.floor(total / 2), total - Math.floor(total / 2)]
}

const channelCount = fc.oneof(
  { arbitrary: extent(1, 4), weight: 5 },
  { arbitrary: blockEdge, weight: 1 },
  { arbitrary: extent(5, 20), weight: 1 },
)

/** Groups: mostly one, sometimes a few, sometimes one a channel (depthwise, with a multiplier). */
const channels = fc
  .record({
    groups: fc.oneof({ arbitrary: fc.constant(1), weight: 3 }, { arbitrary: extent(2, 4), weight: 1 }),
    depthwise: fc.integer({ min: 0, max: 4 }).map((v) => v === 0),
    inner: channelCount,
    outer: channelCount,
  })
  .map(({ groups, depthwise, inner, outer }) => {
    const multiplier = Math.min(outer, 3)
    return depthwise
      ? { groups: inner, c: inner, m: inner * multiplier }
      : { groups, c: groups * inner, m: groups * outer }
  })

/** Mostly one or a few; now and then around and above a tile of eight. */
const batch = fc.oneof(
  { arbitrary: fc.constant(1), weight: 6 },
  { arbitrary: extent(2, 3), weight: 3 },
  { arbitrary: fc.constantFrom(4, 5, 6, 7, 8, 9, 17), weight: 1 },
)

const convolution = (): fc.Arbitrary<Shape> =>
  fc.tuple(batch, channels, window).map(([n, { groups, c, m }, w]) => {
    const { image, kernel, stride, dilation, padding } = fitWindow(w)
    const sizes = affordable({ n, c, h: image[0], w: image[1], m, r: kernel[0], s: kernel[1] })
    const axes = ([0, 1] as const).map((i) => {
      const [extent, before, after] = [size(sizes, i === 0 ? 'h' : 'w'), padding[i], padding[i + 2]!]
      const span = dilation[i] * (kernel[i] - 1) + 1
      const windows = Math.floor((extent + before + after - span) / stride[i]) + 1
      if (tapsMeet(windows, extent, kernel[i], stride[i], before, dilation[i])) return [extent, before, after]
      return [Math.max(extent, span), 0, 0]
    })
    const [[h, t, b], [v, l, r]] = axes as [[number, number, number], [number, number, number]]
    return { sizes: { ...sizes, h, w: v }, attributes: { stride, padding: [t, l, b, r], dilation, groups } }
  })

/**
 * Whether some tap of some window lies inside the extent. A 1×1 kernel with stride 4 may step from the padding before a
 * narrow input right into the padding behind it: the result would be the bias alone, whatever x and w are.
 */
function tapsMeet(windows: number, extent: number, k: number, s: number, before: number, d: number): boolean {
  for (let p = 0; p < windows; p++)
    for (let r = 0; r < k; r++) {
      const h = p * s - before + r * d
      if (h >= 0 && h < extent) return true
    }
  return false
}

const transposed = (): fc.Arbitrary<Shape> =>
  fc.tuple(batch, channels, window, pair(extent(0, 3))).map(([n, { groups, c, m }, w, extra]) => {
    const { image, kernel, stride, dilation, padding } = fitWindow(w)
    const sizes = affordable({ n, m, p: image[0], q: image[1], c, r: kernel[0], s: kernel[1] })
    const outputPadding: Pair = [Math.min(extra[0], stride[0] - 1), Math.min(extra[1], stride[1] - 1)]
    const rows = (size(sizes, 'p') - 1) * stride[0] + dilation[0] * (kernel[0] - 1) + outputPadding[0]
    const columns = (size(sizes, 'q') - 1) * stride[1] + dilation[1] * (kernel[1] - 1) + outputPadding[1]
    const [top, bottom] = leaveOne(rows, padding[0], padding[2])
    const [left, right] = leaveOne(columns, padding[1], padding[3])
    const keepRows = tapsMeet(size(sizes, 'p'), rows + 1 - top - bottom, kernel[0], stride[0], top, dilation[0])
    const keepColumns = tapsMeet(size(sizes, 'q'), columns + 1 - left - right, kernel[1], stride[1], left, dilation[1])
    const [t, b] = keepRows ? [top, bottom] : [0, 0]
    const [l, r] = keepColumns ? [left, right] : [0, 0]
    return { sizes, attributes: { stride, padding: [t, l, b, r], dilation, groups, outputPadding } }
  })

/** Padding cuts the result of a transposed convolution: of `most` + 1 rows one must be left, a painted one (`tapsMeet`). */
function leaveOne(most: number, before: number, after: number): Pair {
  const first = Math.min(before, most)
  return [first, Math.min(after, most - first)]
}

const pooling = (row: OperatorRow): fc.Arbitrary<Shape> =>
  fc.tuple(batch, extent(1, 4), window, fc.boolean(), fc.boolean()).map(([n, c, w, ceilMode, countIncludePad]) => {
    const dilates = row.attributes.includes('dilation')
    const { image, kernel, stride, dilation, padding } = fitWindow(dilates ? w : { ...w, dilation: [1, 1] })
    const rest = dilates ? { dilation } : { countIncludePad }
    const met = everyWindowMeetsInput(image, { kernel, stride, dilation, padding }, ceilMode)
    const sizes = { n, c, h: met.image[0], w: met.image[1] }
    return { sizes, attributes: { kernel, stride, padding: met.padding, ceilMode, ...rest } }
  })

/** The padding, or less of it, so that no window lies in it altogether; an input that holds the kernel needs none. */
function everyWindowMeetsInput(image: Pair, w: MaxPool2dWindow, ceilMode: boolean): { image: Pair; padding: Padding } {
  for (let keep = Math.max(...w.padding); keep > 0; keep--) {
    const [t, l, b, r] = w.padding
    const padding: Padding = [Math.min(t, keep), Math.min(l, keep), Math.min(b, keep), Math.min(r, keep)]
    try {
      maxPool2dSizes([1, 1, ...image], { ...w, padding, ceilMode })
      return { image, padding }
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
    }
  }
  const span = (axis: 0 | 1): number => Math.max(image[axis], w.dilation[axis] * (w.kernel[axis] - 1) + 1)
  return { image: [span(0), span(1)], padding: [0, 0, 0, 0] }
}

const modes: fc.Arbitrary<Mode> = fc.constantFrom('full', 'same', 'valid')
/** Every remainder of the usual blocks, with a whole block before it and without. */
const length = fc.oneof(
  { arbitrary: extent(1, 9), weight: 3 },
  { arbitrary: blockEdge, weight: 1 },
  { arbitrary: extent(10, 30), weight: 1 },
)

const sequence = (): fc.Arbitrary<Shape> =>
  fc.tuple(length, length, modes).map(([n, k, mode]) => {
    return { sizes: { n: mode === 'valid' ? Math.max(n, k) : n, k }, attributes: { mode } }
  })

const planes = (): fc.Arbitrary<Shape> =>
  fc.tuple(plane, pair(extent(1, 5)), modes).map(([[h, w], [r, s], mode]) => {
    const valid = mode === 'valid'
    return { sizes: { h: valid ? Math.max(h, r) : h, w: valid ? Math.max(w, s) : w, r, s }, attributes: { mode } }
  })

const simple =
  (...letters: string[]) =>
  (): fc.Arbitrary<Shape> =>
    fc.tuple(...letters.map(() => length)).map((extents) => {
      return { sizes: Object.fromEntries(letters.map((letter, i) => [letter, extents[i]!])), attributes: {} }
    })

const generators: Readonly<Record<Family, (row: OperatorRow) => fc.Arbitrary<Shape>>> = {
  sequence,
  plane: planes,
  convolution,
  transposed,
  map: () => fc.tuple(batch, extent(1, 6), plane).map(([n, m, [p, q]]) => ({ sizes: { n, m, p, q }, attributes: {} })),
  pooling,
  dense: simple('n', 'i', 'o'),
  matrix: simple('n', 'o'),
  pointwise: () =>
    fc.tuple(batch, extent(1, 4), plane).map(([n, c, [h, w]]) => ({ sizes: { n, c, h, w }, attributes: {} })),
  rows: simple('n', 'k'),
}

/** Multiply-adds that a case may cost, so that the textbook judges a thousand a second. */
const MOST_PRODUCTS = 60_000

/** Thins batch, then the plane, until the case is affordable; channels and kernel, where tiles have their edges, stay. */
function affordable(sizes: Record<string, number>): Sizes {
  const thin = { ...sizes }
  const cost = (): number => Object.values(thin).reduce((product, v) => product * v, 1)
  const least = { h: (thin.r ?? 1) * 3, w: (thin.s ?? 1) * 3, p: 2, q: 2 }
  for (const letter of ['n', 'h', 'w', 'p', 'q'] as const) {
    const floor = letter === 'n' ? 1 : least[letter]
    while (cost() > MOST_PRODUCTS && (thin[letter] ?? 0) > floor) thin[letter] = thin[letter]! - 1
  }
  return thin
}
