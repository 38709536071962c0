import { expect, it } from 'vitest'
import { Assembler } from '../kernel/assembler.ts'
import { Engine } from '../kernel/engine.ts'
import { emitSpread } from './spread.ts'

it.each([
  [2, 2],
  [3, 2],
  [2, 3],
  [1, 1],
])('cells %d rows and %d columns apart, zeros between and around them', (down, across) => {
  for (const Q of [1, 3, 4, 9]) {
    const P = 3
    const pitch = (Q - 1) * across + 3
    const plane = ((P - 1) * down + 3) * pitch
    const first = pitch + 1
    const engine = new Engine()
    const at = engine.place({ from: 2 * P * Q + 4, to: 2 * plane + 16 })!
    const view = engine.view
    for (let i = 0; i < 2 * P * Q; i++) view[at.from / 4 + i] = i + 1
    view.fill(0, at.to / 4, at.to / 4 + 2 * plane)
    const module = new Assembler()
    emitSpread(module, [P, Q], { first, row: down * pitch, column: across, plane })
    engine.kernels('spread', () => module)('spread')(at.from, at.to, 2)
    const wanted = new Array<number>(2 * plane).fill(0)
    for (let i = 0; i < 2 * P * Q; i++) {
      const [n, p, q] = [Math.floor(i / (P * Q)), Math.floor(i / Q) % P, i % Q]
      wanted[n * plane + first + p * down * pitch + q * across] = i + 1
    }
    expect([...view.subarray(at.to / 4, at.to / 4 + 2 * plane)], `Q=${Q}`).toEqual(wanted)
  }
})
