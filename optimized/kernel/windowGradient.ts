/**
 * The gradients of pooling with any window. Errors lie in float64 in a panel with zeros around them; each cell of dx then gathers those
 * of the windows that hold it, in the order in which the rung below adds them: the same bits.
 *
 *   mean      dx[h, w] = Σ_p Σ_q dy[p, q] / cells(p, q)
 *   maximum   dx[h, w] = Σ_{p,q} dy[p, q]   where place(p, q) is the tap of the window that lies on (h, w)
 *
 * Cells of the same h mod sh and w mod sw, a phase, meet the same taps (optimized/phase.ts); lanes are neighbours of one phase.
 */
import type { Phase } from '../phase.ts'
import type { Assembler, FunctionBuilder, Local } from './assembler.ts'
import { f32x4, f64x2, v128 } from './expression.ts'
import { joined, kept, widened } from './halves.ts'
import { numbered } from './window.ts'

/** A panel of float64: numbers a row and a plane. */
export interface ErrorPanel {
  readonly pitch: number
  readonly plane: number
}

/**
 * Emits errors(dy, cells, to, planes): P rows of Q windows, divided by cells where `divided`. Of a last vector that is not full the rest
 * is zero, as what is around the errors.
 */
export function emitErrors(module: Assembler, [P, Q]: readonly [number, number], panel: ErrorPanel, divided: boolean) {
  module.function('errors', (f, dy, table, to, planes) => {
    const cells = f.local('i32')
    const four = (valid: number): void => {
      for (const h of [0, 1]) {
        const error = widened(dy, 8 * h)
        const share = divided ? f64x2.div(error, widened(cells, 8 * h)) : error
        const lanes = 2 * Math.min(2, Math.max(0, valid - 2 * h))
        f.storeV128(to.get, lanes === 4 ? share : v128.and(share, v128.firstLanes(lanes)), 16 * h)
      }
      for (const address of [dy, cells]) f.advance(address, 4 * valid)
      f.advance(to, 8 * valid)
    }
    f.times(planes.get, () => {
      f.set(cells, table.get)
      f.times(P, () => {
        f.times(Math.floor(Q / 4), () => four(4))
        if (Q % 4 > 0) four(Q % 4)
        f.advance(to, 8 * (panel.pitch - Q))
      })
      f.advance(to, 8 * (panel.plane - P * panel.pitch))
    })
  })
}

interface GatherShape {
  /** Columns of dx, numbers of a plane of it, and columns of the window. */
  readonly width: number
  readonly cells: number
  readonly kernelColumns: number
  readonly stride: readonly [number, number]
  readonly down: readonly Phase[]
  readonly across: readonly Phase[]
  readonly panel: ErrorPanel & { readonly before: readonly [top: number, left: number] }
}

/** Emits gather(errors, places, dx, planes); places lie as errors do, and are not read where `nested`, for a mean. */
export function emitGather(module: Assembler, shape: GatherShape, nested: boolean): void {
  const { down, across, panel, width, stride, cells } = shape
  const [top, left] = panel.before
  module.function('gather', (f, errors, places, dx, planes) => {
    const at = { errors: f.local('i32'), places: f.local('i32'), dx: f.local('i32') }
    const [low, high] = [f.local('v128'), f.local('v128')]
    const move = (vertical: number, horizontal: number): void => {
      const bytes = 8 * (vertical * panel.pitch + horizontal)
      f.advance(at.errors, bytes)
      if (!nested) f.advance(at.places, bytes)
      f.advance(at.dx, 4 * (vertical * stride[0] * width + horizontal * stride[1]))
    }
    const begin = (to: Local<'i32'>, from: Local<'i32'>, bytes: number): void => {
      f.set(to, from.get)
      f.advance(to, bytes)
    }
    f.times(planes.get, () => {
      for (const rows of down)
        for (const columns of across) {
          const met = rows.taps > 0 && columns.taps > 0
          const first = met ? 8 * ((top - rows.before) * panel.pitch + left - columns.before) : 0
          begin(at.errors, errors, first)
          if (!nested) begin(at.places, places, first)
          begin(at.dx, dx, 4 * (rows.first * width + columns.first))
          const four = (valid: number): void => {
            for (const half of [low, high]) f.set(half, v128.zero)
            for (let k = 0; met && k < rows.taps; k++) {
              const taps = rowOf(rows, columns, k, shape)
              if (nested) addRow(f, at.errors, taps, [low, high])
              else addChosen(f, at, taps, [low, high])
            }
            const value = kept(f, joined(low.get, high.get)).get
            if (stride[1] === 1 && valid === 4) f.storeV128(at.dx.get, value)
            else for (let i = 0; i < valid; i++) f.storeLane32(at.dx.get, value, i, 4 * i * stride[1])
            move(0, valid)
          }
          f.times(rows.outputs, () => {
            f.times(Math.floor(columns.outputs / 4), () => four(4))
            if (columns.outputs % 4 > 0) four(columns.outputs % 4)
            move(1, -columns.outputs)
          })
        }
      f.advance(errors, 8 * panel.plane)
      f.advance(places, 8 * panel.plane)
      f.advance(dx, 4 * cells)
    })
  })
}

interface Tap {
  readonly offset: number
  readonly number: number
}
type Halves = readonly [low: Local<'v128'>, high: Local<'v128'>]

/** The windows of the k-th row that cells of a phase meet: where their errors lie, and at which tap they meet them. */
const rowOf = (rows: Phase, columns: Phase, k: number, { panel, kernelColumns }: GatherShape): Tap[] =>
  Array.from({ length: columns.taps }, (_, l) => ({
    offset: 8 * (k * rows.dilation * panel.pitch + l * columns.dilation),
    number: (rows.lastTap - k * rows.tapStep) * kernelColumns + columns.lastTap - l * columns.tapStep,
  }))

function addRow(f: FunctionBuilder, errors: Local<'i32'>, taps: readonly Tap[], sums: Halves): void {
  for (const [h, sum] of sums.entries()) {
    const [first, ...others] = taps.map(({ offset }) => v128.load(errors.get, offset + 16 * h))
    f.set(sum, f64x2.add(sum.get, others.reduce(f64x2.add, first!)))
  }
}

function addChosen(
  f: FunctionBuilder,
  { errors, places }: { readonly errors: Local<'i32'>; readonly places: Local<'i32'> },
  taps: readonly Tap[],
  sums: Halves,
): void {
  for (const { offset, number } of taps)
    for (const [h, sum] of sums.entries()) {
      const chosen = f32x4.eq(v128.load(places.get, offset + 16 * h), numbered(number))
      f.set(sum, f64x2.add(sum.get, v128.and(v128.load(errors.get, offset + 16 * h), chosen)))
    }
}
