/**
 * All sums that slide, as one list of terms: a term joins a cell of the image x, a tap of the kernel w and a cell of the map y.
 *
 *   x[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw] — w[m,c,r,s] — y[n,m,p,q],   g = ⌊m / Mg⌋
 *
 * conv2d adds x·w into y, its input gradient and the transposed convolution y·w into x, its weight gradient x·y into w.
 * A fully connected layer is the case of one cell, a convolution of planes the case of one channel. A mistake in an
 * address is therefore written once, as a change to the term, and speaks of all eleven operators.
 */
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from '../../reference/operators.ts'
import { sizeOf, type TensorOf } from '../../reference/tensor.ts'
import { type Geometry, geometryOf, operandOf, type Reading, type Role } from './geometry.ts'

/** One term; a change writes to any of it. */
export interface Spot {
  /** The term itself. */
  n: number
  m: number
  c: number
  p: number
  q: number
  r: number
  s: number
  /** Image, channel, row and column that are read or written. */
  image: number
  channel: number
  h: number
  v: number
  /** Filter, channel and tap. */
  wm: number
  wc: number
  wr: number
  ws: number
  /** Left out when false. */
  on: boolean
  /** A cell beyond the border is read as 0 and multiplied. */
  zero: boolean
}
export type SpotChange = (at: Spot, g: Geometry) => void

export interface Changes {
  readonly reading?: ((window: Reading, extents: readonly [number, number]) => Reading) | undefined
  readonly spots: readonly SpotChange[]
  readonly overwrites: boolean
}

/** The operator's textbook, term by term, with each term changed. Throws ShapeError. */
export function slid<T>(
  k: Arithmetic<T>,
  row: OperatorRow,
  o: AnyOperands<T>,
  a: AttributeBag,
  { reading, spots, overwrites }: Changes,
): TensorOf<T> {
  const shapes = Object.fromEntries(Object.entries(o).map(([name, t]) => [name, t?.shape]))
  const shape = row.resultShape(shapes, a)
  const g = geometryOf(row.name, o, shape, a)
  const { kernel, stride, padding, dilation, outputPadding } = reading ? reading(g, [g.H, g.W]) : g
  const data = (role: Role): ArrayLike<T> | undefined => o[operandOf(row.name, role) ?? '']?.data
  const [x, w, y] = [data('x'), data('w'), data('y')]
  const sums = k.array(sizeOf(shape))
  const b = row.optional ? o.b : undefined
  const inner = sizeOf(shape.slice(2))
  const start = (i: number): T => (b ? b.data[Math.floor(i / inner) % shape[1]!]! : k.zero)
  for (let i = 0; i < sums.length; i++) sums[i] = start(i)
  const painter = new Int32Array(overwrites ? sums.length : 0)
  const Cg = g.C / g.G
  const Mg = g.M / g.G
  const [R, S] = g.kernel
  const at = newSpot()
  const extra = [outputPadding[0] - g.outputPadding[0], outputPadding[1] - g.outputPadding[1]] as const
  for (let n = 0; n < g.N; n++)
    for (let p = 0; p < g.P; p++)
      for (let q = 0; q < g.Q; q++)
        for (let m = 0; m < g.M; m++)
          for (let c = 0; c < Cg; c++)
            for (let r = 0; r < kernel[0]; r++)
              for (let s = 0; s < kernel[1]; s++) {
                fillSpot(at, n, m, c, p, q, r, s)
                at.channel = Math.floor(m / Mg) * Cg + c
                at.h = p * stride[0] - padding[0] + r * dilation[0] + extra[0]
                at.v = q * stride[1] - padding[1] + s * dilation[1] + extra[1]
                if (g.turned) [at.wr, at.ws] = [R - 1 - r, S - 1 - s]
                for (const change of spots) change(at, g)
                if (!at.on || at.wr < 0 || at.wr >= R || at.ws < 0 || at.ws >= S || at.wc < 0 || at.wc >= Cg) continue
                const inside = at.h >= 0 && at.h < g.H && at.v >= 0 && at.v < g.W && at.channel >= 0 && at.channel < g.C
                if (!inside && !(at.zero && x)) continue
                const xAt = ((at.image * g.C + at.channel) * g.H + at.h) * g.W + at.v
                const wAt = ((at.wm * Cg + at.wc) * R + at.wr) * S + at.ws
                const yAt = ((n * g.M + m) * g.P + p) * g.Q + q
                const [to, left, right] = !y
                  ? [yAt, inside ? x![xAt]! : k.from(0), w![wAt]!]
                  : x
                    ? [wAt, y[yAt]!, inside ? x[xAt]! : k.from(0)]
                    : [xAt, y[yAt]!, w![wAt]!]
                if (overwrites && painter[to] !== p * g.Q + q + 1) {
                  painter[to] = p * g.Q + q + 1
                  sums[to] = start(to)
                }
                sums[to] = k.add(sums[to]!, k.mul(left, right))
              }
  return { shape, data: sums as ArrayLike<T> }
}

/** A plain literal: an object that is spread together is a dictionary to V8, ten times as slow to write to. */
export const newSpot = (): Spot => ({
  n: 0,
  m: 0,
  c: 0,
  p: 0,
  q: 0,
  r: 0,
  s: 0,
  image: 0,
  channel: 0,
  h: 0,
  v: 0,
  wm: 0,
  wc: 0,
  wr: 0,
  ws: 0,
  on: true,
  zero: false,
})

export function fillSpot(at: Spot, n: number, m: number, c: number, p: number, q: number, r: number, s: number): void {
  at.n = at.image = n
  at.m = at.wm = m
  at.c = at.wc = c
  at.p = p
  at.q = q
  at.r = at.wr = r
  at.s = at.ws = s
  at.on = true
  at.zero = false
}
