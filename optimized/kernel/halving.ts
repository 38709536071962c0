/**
 * F17, F18, F24, F25 where windows are 2×2 and lie side by side: four windows at a time, from two rows of x that are W apart. A call
 * does `rows` rows of Q windows; a last column that no window covers is passed over, and zero in a gradient.
 */
import type { Assembler, FunctionBuilder, Local } from './assembler.ts'
import { type Expression, f32, f32x4, f64x2, v128 } from './expression.ts'
import { held, highHalf, joined, kept, lowHalf } from './halves.ts'
import { takesOver } from './window.ts'

type V128 = Expression<'v128'>
type Address = Local<'i32'>
/** The four cells of each window, in row-major order. */
type Cells = readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>]

export type HalvingName = 'max' | 'maxGradient' | 'average' | 'averageGradient'

/** Emits max(x, y, rows), average(x, y, rows), maxGradient(x, dy, dx, rows) or averageGradient(dy, dx, rows). */
export function emitHalving(module: Assembler, name: HalvingName, W: number, Q: number): void {
  const walk = { W, Q }
  if (name === 'max')
    module.function(name, (f, x, y, rows) => {
      const cells = fourLocals(f)
      eachFour(f, rows, walk, [x], [y], (valid) => {
        load(f, x, W, cells)
        f.set(cells[0], maximum(f, cells).best.get)
        store(f, y, cells[0], valid)
      })
    })
  else if (name === 'average')
    module.function(name, (f, x, y, rows) => {
      const [cells, zero, quarter] = [fourLocals(f), held(f, 0), held(f, 1 / 4)]
      /** Down the columns, then along the row, from 0 on, as the rung below sums: the same bits. */
      const mean = (half: (x: V128) => V128): V128 => {
        const [a, b, c, d] = cells.map((cell) => half(cell.get)) as [V128, V128, V128, V128]
        return f64x2.mul(f64x2.add(zero, f64x2.add(f64x2.add(a, c), f64x2.add(b, d))), quarter)
      }
      eachFour(f, rows, walk, [x], [y], (valid) => {
        load(f, x, W, cells)
        store(f, y, kept(f, joined(mean(lowHalf), mean(highHalf))), valid)
      })
    })
  else if (name === 'maxGradient')
    module.function(name, (f, x, dy, dx, rows) => {
      const [cells, error] = [fourLocals(f), f.local('v128')]
      eachFour(f, rows, walk, [x, dx], [dy], (valid) => {
        load(f, x, W, cells)
        const { later } = maximum(f, cells)
        // A sum of one term from 0 on: −0 becomes 0.
        f.set(error, f32x4.add(v128.load(dy.get), v128.zero))
        // The last that took over has it; the first where none did.
        let open = error.get
        for (const i of [3, 2, 1] as const) {
          f.set(cells[i], v128.and(open, later[i - 1]!.get))
          open = kept(f, v128.andNot(open, later[i - 1]!.get)).get
        }
        f.set(cells[0], open)
        spread(f, dx, W, cells, valid)
      })
    })
  else
    module.function(name, (f, dy, dx, rows) => {
      const share = f.local('v128')
      eachFour(f, rows, walk, [dx], [dy], (valid) => {
        // Of dy from 0 on: −0 becomes 0, and what rounds to −0 stays.
        f.set(share, f32x4.mul(f32x4.add(v128.load(dy.get), v128.zero), f32x4.splat(f32.const(1 / 4))))
        spread(f, dx, W, [share, share, share, share], valid)
      })
    })
}

const fourLocals = (f: FunctionBuilder): Cells => [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')]

/** Fours of windows of each row, the last of fewer; `wide` addresses pass over two rows of W cells, `narrow` ones over Q. */
function eachFour(
  f: FunctionBuilder,
  rows: Local<'i32'>,
  { W, Q }: { readonly W: number; readonly Q: number },
  wide: readonly Address[],
  narrow: readonly Address[],
  four: (valid: number) => void,
): void {
  const move = (windows: number): void => {
    for (const address of wide) f.advance(address, 8 * windows)
    for (const address of narrow) f.advance(address, 4 * windows)
  }
  f.times(rows.get, () => {
    f.times(Math.floor(Q / 4), () => {
      four(4)
      move(4)
    })
    if (Q % 4 > 0) {
      four(Q % 4)
      move(Q % 4)
    }
    for (const address of wide) f.advance(address, 4 * (2 * W - 2 * Q))
  })
}

function load(f: FunctionBuilder, x: Address, W: number, cells: Cells): void {
  for (const r of [0, 1]) {
    const [near, far] = [kept(f, v128.load(x.get, 4 * r * W)).get, kept(f, v128.load(x.get, 4 * r * W + 16)).get]
    f.set(cells[2 * r]!, v128.shuffle32(near, far, [0, 2, 4, 6]))
    f.set(cells[2 * r + 1]!, v128.shuffle32(near, far, [1, 3, 5, 7]))
  }
}

/** The maximum of each window, and in which lanes the second, third, fourth cell took over: larger, or the first NaN. */
function maximum(f: FunctionBuilder, [first, ...rest]: Cells) {
  const best = kept(f, first.get)
  const later = rest.map((cell) => {
    const takes = kept(f, takesOver(cell.get, best.get))
    f.set(best, v128.select(cell.get, best.get, takes.get))
    return takes
  })
  return { best, later }
}

function store(f: FunctionBuilder, to: Address, value: Local<'v128'>, valid: number): void {
  if (valid === 4) f.storeV128(to.get, value.get)
  else for (let i = 0; i < valid; i++) f.storeLane32(to.get, value.get, i, 4 * i)
}

/** Cells of windows back to their places in the two rows. */
function spread(f: FunctionBuilder, dx: Address, W: number, [a, b, c, d]: Cells, valid: number): void {
  const rows = [
    [a, b],
    [c, d],
  ] as const
  rows.forEach(([left, right], r) => {
    const near = kept(f, v128.shuffle32(left.get, right.get, [0, 4, 1, 5]))
    const far = kept(f, v128.shuffle32(left.get, right.get, [2, 6, 3, 7]))
    for (const [half, value] of [near, far].entries()) {
      const cells = Math.min(4, Math.max(0, 2 * valid - 4 * half))
      const at = 4 * r * W + 16 * half
      if (cells === 4) f.storeV128(dx.get, value.get, at)
      else for (let i = 0; i < cells; i++) f.storeLane32(dx.get, value.get, i, at + 4 * i)
    }
  })
}
