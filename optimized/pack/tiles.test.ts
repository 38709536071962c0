import { expect, it } from 'vitest'
import { Assembler } from '../kernel/assembler.ts'
import { Engine } from '../kernel/engine.ts'
import { emitTiles, packedTiles } from './tiles.ts'

it.each([1, 3, 4, 5, 6, 11, 23, 56])(
  'tiles of a row of %d: each column of each channel where its offset says',
  (columns) => {
    const [channels, rows, pitch] = [3, 2, columns + 2]
    const plane = rows * pitch + 1
    const engine = new Engine()
    const { count, width, offsets } = packedTiles(columns, false)
    const numbers = rows * count * channels * width
    const at = engine.place({ from: channels * plane + 4, to: numbers + 1 })!
    const view = engine.view
    for (let i = 0; i < channels * plane; i++) view[at.from / 4 + i] = i
    view[at.to / 4 + numbers] = -1
    const module = new Assembler()
    emitTiles(module, columns, false, channels, { plane, pitch })
    engine.kernels('tiles', () => module)('tiles')(at.from, at.to, channels, rows)
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < channels; c++) {
        const start = at.to / 4 + row * count * channels * width + c * width
        const found = offsets(channels).map((offset) => view[start + offset])
        expect(found).toEqual(Array.from({ length: columns }, (_, q) => c * plane + row * pitch + q))
      }
    }
    expect(view[at.to / 4 + numbers]).toBe(-1)
  },
)
