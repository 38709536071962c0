import { expect, it } from 'vitest'
import { Assembler } from '../kernel/assembler.ts'
import { Engine } from '../kernel/engine.ts'
import { borderOf, emitBorder } from './border.ts'

it.each([
  [-2, 7, 4, { before: 2, from: 0, copied: 4, after: 1 }],
  [1, 2, 4, { before: 0, from: 1, copied: 2, after: 0 }],
  [-5, 3, 4, { before: 3, from: 0, copied: 0, after: 0 }],
  [6, 3, 4, { before: 0, from: 4, copied: 0, after: 3 }],
])('cells from %d on, %d of them, over an extent of %d', (start, length, extent, expected) => {
  expect(borderOf(start, length, extent)).toEqual(expected)
})

/** A 2×5 image 1…10 under one zero row above and below, from column `start` on. */
function panel(start: number, width: number, phases: number): number[][] {
  const engine = new Engine()
  const [from, to] = engine.layout([40, 4 * 4 * width * 2 + 64]) as [number, number]
  const pitch = Math.ceil(width / phases)
  const module = new Assembler()
  emitBorder(module, 'border', 5, borderOf(start, width, 5), { plane: 4 * 4 * pitch * phases, pitch, phases })
  engine.view.set(
    Array.from({ length: 10 }, (_, i) => i + 1),
    from / 4,
  )
  engine.view.fill(Number.NaN, to / 4, to / 4 + 4 * pitch * phases)
  engine.kernels('border', () => module)('border')(from, to, 1, 40, 1, 2, 1)
  return Array.from({ length: 4 }, (_, r) => {
    const row = to / 4 + r * pitch * phases
    return [...engine.view.subarray(row, row + pitch * phases)]
  })
}

it('a panel is the image among zeros', () => {
  expect(panel(-2, 8, 1)).toEqual([
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 2, 3, 4, 5, 0],
    [0, 0, 6, 7, 8, 9, 10, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
  ])
})

it('a panel that starts inside the image leaves its first columns out', () => {
  expect(panel(2, 4, 1)[1]).toEqual([3, 4, 5, 0])
})

it('columns of a stride stand apart: even ones first, then odd ones', () => {
  expect(panel(-1, 6, 2)[1]).toEqual([0, 2, 4, 1, 3, 5])
})
