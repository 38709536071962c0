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

/** A 2×W image 1, 2, 3, … under one zero row above and below, from column `start` on. */
function panel(start: number, width: number, phases: number, W = 5): number[][] {
  const engine = new Engine()
  const [from, to] = engine.layout([8 * W, 4 * 4 * (width + phases) + 64]) as [number, number]
  const pitch = Math.ceil(width / phases)
  const module = new Assembler()
  emitBorder(module, 'border', W, borderOf(start, width, W), { plane: 4 * 4 * pitch * phases, pitch, phases })
  engine.view.set(
    Array.from({ length: 2 * W }, (_, i) => i + 1),
    from / 4,
  )
  engine.view.fill(Number.NaN, to / 4, to / 4 + 4 * pitch * phases)
  engine.kernels('border', () => module)('border')(from, to, 1, 8 * W, 1, 2, 1)
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

it.each([2, 3])('stride %d: column j·stride + phase of the panel, whatever the padding, the width and the image', (phases) => {
  for (const W of [1, 5, 8, 17, 24]) {
    for (const [start, width] of [[0, W], [-1, W + 2], [-2, W + 3], [1, W], [-3, W + 1], [-1, 2], [-20, W + 40]] as const) {
      const pitch = Math.ceil(width / phases)
      const cell = (j: number, phase: number): number => {
        const column = start + j * phases + phase
        return column >= 0 && column < Math.min(W, start + width) ? column + 1 : 0
      }
      const wanted = Array.from({ length: phases * pitch }, (_, i) => cell(i % pitch, Math.floor(i / pitch)))
      expect(panel(start, width, phases, W)[1], `W=${W} start=${start} width=${width}`).toEqual(wanted)
    }
  }
}) // biome-ignore format: one table
