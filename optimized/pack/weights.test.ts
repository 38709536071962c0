import { describe, expect, it } from 'vitest'
import { Assembler } from '../kernel/assembler.ts'
import { Engine } from '../kernel/engine.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitFinite, emitPack, type Step } from './weights.ts'

/** [lane block][depth][lane] by its definition. */
function packed(source: readonly number[], count: number, lane: number, offsets: readonly number[]): number[] {
  const { full, restWidth } = lanesOf(count)
  const blocks = [...new Array<number>(full).fill(8), ...(restWidth ? [restWidth] : [])]
  return blocks.flatMap((width, block) =>
    offsets.flatMap((offset) =>
      Array.from({ length: width }, (_, o) => (8 * block + o < count ? source[offset + (8 * block + o) * lane]! : 0)),
    ),
  )
}

/** Offsets of the depth in the order of the steps. */
const offsetsOf = (steps: readonly Step[]): number[] =>
  steps.reduce<number[]>(
    (outer, { times, step }) => outer.flatMap((at) => Array.from({ length: times }, (_, i) => at + i * step)),
    [0],
  )

describe.each([1, 3, 4, 5, 8, 9, 12, 13, 19])('%d lanes', (count) => {
  it.each<[string, number, number, Step[]]>([
    [
      'weights of conv2d',
      27,
      0,
      [
        { times: 3, step: 9 },
        { times: 3, step: 3 },
        { times: 3, step: 1 },
      ],
    ],
    [
      'a turned kernel',
      6,
      5,
      [
        { times: 4, step: 6 * 19 },
        { times: 2, step: -3 },
        { times: 3, step: -1 },
      ],
    ],
    [
      'every other tap',
      9,
      0,
      [
        { times: 2, step: 9 * 19 },
        { times: 2, step: 6 },
        { times: 2, step: 2 },
      ],
    ],
    ['lanes in a row', 1, 0, [{ times: 7, step: 19 }]],
    ['depth in a row', 7, 0, [{ times: 7, step: 1 }]],
    ['a depth of one', 5, 0, [{ times: 1, step: 1 }]],
  ])('%s', (_, lane, first, steps) => {
    const source = Array.from({ length: 700 }, (_, i) => i + 1)
    const reached = offsetsOf(steps).map((offset) => first + offset)
    const wanted = packed(source, count, lane, reached)
    const engine = new Engine()
    const [from, to] = engine.layout([4 * source.length, 4 * wanted.length]) as [number, number]
    engine.view.set(source, from / 4)
    engine.view.fill(Number.NaN, to / 4, to / 4 + wanted.length + 1)
    const module = new Assembler()
    emitPack(module, 'pack', count, lane, steps)
    engine.kernels('pack', () => module)('pack')(from + 4 * first, to, ...allBlocks(count))
    expect([...engine.view.subarray(to / 4, to / 4 + wanted.length)]).toEqual(wanted)
    expect(engine.view[to / 4 + wanted.length]).toBeNaN()
  })
})

it.each([4, 7])(
  'finite finds one NaN or infinity anywhere in %d vectors, and nothing in the largest numbers',
  (vectors) => {
    const engine = new Engine()
    const [from] = engine.layout([16 * vectors]) as [number]
    const module = new Assembler()
    emitFinite(module, 'finite')
    const finite = engine.kernels('finite', () => module)('finite')
    const numbers = engine.view.subarray(from / 4, from / 4 + 4 * vectors).fill(3.4e38)
    expect(finite(from, vectors)).toBe(0)
    for (let i = 0; i < 4 * vectors; i++) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        numbers.fill(-1).fill(value, i, i + 1)
        expect(finite(from, vectors)).toBeNaN()
      }
    }
  },
)
