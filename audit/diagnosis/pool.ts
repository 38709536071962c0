/**
 * Both poolings and their gradients over the cells of each window, with the rules that implementations differ in: what the
 * padding counts as, what wins, what the mean is divided by, where the error goes.
 */
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'
import type { Pair } from '../../reference/contract.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from '../../reference/operators.ts'
import { attribute } from '../../reference/rows/read.ts'
import { sizeOf, type TensorOf } from '../../reference/tensor.ts'
import type { Geometry, Reading } from './geometry.ts'
import { type Changes, fillSpot, newSpot, type Spot } from './slide.ts'

/** What there is to know of a window when its divisor is chosen. */
interface WindowCount {
  /** Cells of the window inside the input, and inside the padded input. */
  readonly inside: number
  readonly padded: number
  readonly kernel: Pair
}

export interface PoolRules {
  /** Cells of the padding take part with the value 0. */
  readonly paddingIsZero: boolean
  /** Which of two values wins: the larger in the textbook. */
  readonly wins: 'larger' | 'smaller' | 'larger magnitude'
  /** Who takes the error of a tie. */
  readonly tie: 'first' | 'last' | 'all' | 'shared'
  /** 'last wins': of several NaN the last. 'kept first': a NaN stays where the window begins with it. 'replaced': whatever comes after a NaN wins. 'nobody wins': nothing equals a NaN. */
  readonly nan: 'wins' | 'last wins' | 'skipped' | 'kept first' | 'replaced' | 'nobody wins'
  readonly divisor: (count: WindowCount, a: AttributeBag) => number
  /** The error goes to the first cell of the window, whatever is largest. */
  readonly toFirstCell: boolean
  /** The search starts from the value 0 at position 0: where nothing is above it the error is lost, but in the window that has that cell. */
  readonly fromZero: boolean
  /** The search starts from −∞ at a position that is not in the window: that takes the error where nothing is above. */
  readonly fromLowest: 'first' | 'plane' | 'lost' | undefined
}

const textbookRules: PoolRules = {
  paddingIsZero: false,
  wins: 'larger',
  tie: 'first',
  nan: 'wins',
  divisor: ({ inside, padded }, a) => (a.countIncludePad ? padded : inside),
  toFirstCell: false,
  fromZero: false,
  fromLowest: undefined,
}

/** The operator under other rules. Throws ShapeError. */
export function pooled<T>(
  k: Arithmetic<T>,
  row: OperatorRow,
  o: AnyOperands<T>,
  a: AttributeBag,
  change: Changes & Partial<PoolRules>,
): TensorOf<T> {
  const rules = { ...textbookRules, ...change }
  const shapes = Object.fromEntries(Object.entries(o).map(([name, t]) => [name, t?.shape]))
  const shape = row.resultShape(shapes, a)
  const image = row.name.endsWith('Gradient') ? shape : o.x!.shape
  const map = row.name.endsWith('Gradient') ? o.dy!.shape : shape
  const g = poolGeometry(image, map, a)
  const reading = change.reading ? change.reading(g, [g.H, g.W]) : g
  const data = k.array(sizeOf(shape))
  const gradient = row.name.endsWith('Gradient')
  if (gradient) for (let i = 0; i < data.length; i++) data[i] = k.zero
  const put = (i: number, v: T): void => {
    data[i] = change.overwrites ? v : k.add(data[i]!, v)
  }
  const valueAt = (cell: number): T => (cell < 0 ? k.from(0) : o.x!.data[cell]!)
  const at = newSpot()
  for (let plane = 0; plane < g.N * g.C; plane++)
    for (let p = 0; p < g.P; p++)
      for (let q = 0; q < g.Q; q++) {
        const cells = cellsOf(at, plane, p, q, g, reading, change)
        const yAt = (plane * g.P + p) * g.Q + q
        if (row.name.startsWith('max')) {
          const meets = rules.paddingIsZero ? cells : cells.filter((cell) => cell >= 0)
          const best = winners(k, meets, valueAt, rules)
          if (!gradient) data[yAt] = best.length > 0 ? valueAt(best[0]!) : k.from(-Infinity)
          else {
            const delta = o.dy!.data[yAt]!
            const share = rules.tie === 'shared' && best.length > 1 ? k.div(delta, k.from(best.length)) : delta
            const noneAbove = rules.fromZero && (best.length === 0 || !k.greater(valueAt(best[0]!), k.zero))
            const lowest = rules.fromLowest !== undefined && (best.length === 0 || isLowest(k, valueAt(best[0]!)))
            const takers = noneAbove
              ? cells.filter((cell) => cell === 0)
              : lowest && !(best.length > 0 && k.isNaN(valueAt(best[0]!)))
                ? startOf(rules.fromLowest, plane * g.H * g.W)
                : rules.toFirstCell || (best.length === 0 && rules.nan !== 'nobody wins')
                  ? cells.slice(0, 1)
                  : best
            for (const cell of takers) if (cell >= 0) put(cell, share)
          }
          continue
        }
        const divisor = k.from(rules.divisor(countOf(cells, p, q, g), a))
        if (gradient)
          for (const cell of cells) {
            if (cell >= 0) put(cell, k.div(o.dy!.data[yAt]!, divisor))
          }
        else {
          let sum = k.zero
          for (const cell of cells) if (cell >= 0) sum = k.add(sum, valueAt(cell))
          data[yAt] = k.div(sum, divisor)
        }
      }
  return { shape, data: data as ArrayLike<T> }

  function countOf(cells: readonly number[], p: number, q: number, g: Geometry): WindowCount {
    let inside = 0
    for (const cell of cells) if (cell >= 0) inside++
    const rows = spanInside(p * g.stride[0] - g.padding[0], g.kernel[0], g.H + g.padding[2])
    const columns = spanInside(q * g.stride[1] - g.padding[1], g.kernel[1], g.W + g.padding[3])
    return { inside, padded: rows * columns, kernel: g.kernel }
  }
}

/** −∞, also where numbers are measured by their magnitude: not above 0, and no number times 0. */
const isLowest = <T>(k: Arithmetic<T>, v: T): boolean => !k.greater(v, k.zero) && k.isNaN(k.mul(v, k.from(0)))

/** Where a search that found nothing points to. */
const startOf = (to: PoolRules['fromLowest'], plane: number): number[] =>
  to === 'first' ? [0] : to === 'plane' ? [plane] : []

const spanInside = (start: number, kernel: number, end: number): number => Math.min(start + kernel, end) - start

/** Flat addresses of the cells of a window, −1 for one of the padding. */
function cellsOf(at: Spot, plane: number, p: number, q: number, g: Geometry, w: Reading, change: Changes): number[] {
  const cells: number[] = []
  const [n, c] = [Math.floor(plane / g.C), plane % g.C]
  for (let r = 0; r < w.kernel[0]; r++)
    for (let s = 0; s < w.kernel[1]; s++) {
      fillSpot(at, n, c, 0, p, q, r, s)
      at.channel = c
      at.h = p * w.stride[0] - w.padding[0] + r * w.dilation[0]
      at.v = q * w.stride[1] - w.padding[1] + s * w.dilation[1]
      for (const spot of change.spots) spot(at, g)
      if (!at.on) continue
      const inside = at.h >= 0 && at.h < g.H && at.v >= 0 && at.v < g.W
      cells.push(inside ? ((at.image * g.C + at.channel) * g.H + at.h) * g.W + at.v : -1)
    }
  return cells
}

function beats<T>(k: Arithmetic<T>, wins: PoolRules['wins'], a: T, b: T): boolean {
  if (wins === 'smaller') return k.greater(b, a)
  return wins === 'larger' ? k.greater(a, b) : k.greater(magnitude(k, a), magnitude(k, b))
}

const magnitude = <T>(k: Arithmetic<T>, v: T): T => (k.greater(k.from(0), v) ? k.neg(v) : v)

/** The cells that win: one, or every equal one where the rule shares. A NaN wins before all, or never; then there may be none. */
function winners<T>(
  k: Arithmetic<T>,
  cells: readonly number[],
  valueAt: (cell: number) => T,
  { wins, tie, nan }: PoolRules,
): number[] {
  let best: number[] = []
  for (const cell of cells) {
    const value = valueAt(cell)
    const first = best[0]
    if (k.isNaN(value)) {
      if (nan === 'wins') return [cell]
      if (nan === 'nobody wins') return []
      if (nan === 'replaced' || nan === 'last wins' || (nan === 'kept first' && first === undefined)) best = [cell]
      continue
    }
    if (first !== undefined && k.isNaN(valueAt(first))) {
      if (nan === 'replaced') best = [cell]
      continue
    }
    if (first === undefined || beats(k, wins, value, valueAt(first))) best = [cell]
    else if (tie !== 'first' && !beats(k, wins, valueAt(first), value)) best = tie === 'last' ? [cell] : [...best, cell]
  }
  return best
}

function poolGeometry(image: readonly number[], map: readonly number[], a: AttributeBag): Geometry {
  const [N, C, H, W] = image as [number, number, number, number]
  const window = { kernel: attribute(a, 'kernel'), stride: attribute(a, 'stride'), padding: attribute(a, 'padding') }
  const rest = { dilation: a.dilation ?? ([1, 1] as const), outputPadding: [0, 0] as const, G: 1, turned: false }
  return { N, C, H, W, M: C, P: map[2]!, Q: map[3]!, ...window, ...rest }
}
