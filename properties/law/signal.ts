/** Laws of convolution and correlation of sequences and planes: F2–F6. */
import type { OperatorName } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import type { Case } from '../case.ts'
import { finite, spareBits, whole, withAttributes } from './domain.ts'
import { law } from './law.ts'
import { convolveByTransform } from './transform.ts'
import { ABSENT, along, exact, range, times, turned, type Value } from './value.ts'

const convolutions = ['convolve1d', 'convolve2d'] as const
type Convolution = (typeof convolutions)[number]

/** Equations are told apart by where they hold. */
const place: Readonly<Record<string, string>> = { convolve2d: ' in the plane', correlate2d: ' in the plane' }
const named = (equation: string, operator: OperatorName): string => equation + (place[operator] ?? '')

const full = (c: Case): Case => withAttributes(c, { mode: 'full' })

const of = <L>(make: (operator: Convolution) => L): Readonly<Record<Convolution, L>> => ({
  convolve1d: make('convolve1d'),
  convolve2d: make('convolve2d'),
})

/** F5 commutes. */
export const convolutionCommutes = of((operator) =>
  law({
    equation: named('f∗g = g∗f', operator),
    operator,
    draws: finite,
    among: full,
    async claim({ operands: { f, g }, run, equal }) {
      equal(await run(operator, { f, g }), await run(operator, { f: g, g: f }))
    },
  }),
)

/** At most how many numbers the third sequence has. */
const MOST_OF_THIRD = 6

/** F5 associates: three sequences, the third of small whole numbers. */
export const convolutionAssociates = of((operator) =>
  law({
    equation: named('(f∗g)∗h = f∗(g∗h)', operator),
    operator,
    draws: whole,
    among: full,
    spare: (c) => spareBits(c, MOST_OF_THIRD * operatorRow(operator).terms(c.sizes, c.attributes)),
    async claim({ operands: { f, g }, random, small, run, equal }) {
      const h = small(operator === 'convolve1d' ? [random.integer(2, 4)] : [random.integer(1, 2), random.integer(2, 3)])
      const left = await run(operator, { f: await run(operator, { f, g }), g: h })
      equal(left, await run(operator, { f, g: await run(operator, { f: g, g: h }) }))
    },
  }),
)

/** F3: δ is the identity, and δ moved by j moves: each term of shift and add by itself. */
export const deltaIsIdentity = of((operator) =>
  law({
    equation: named('f∗δ = f, f∗δⱼ = f moved by j', operator),
    operator,
    draws: finite,
    among: full,
    async claim({ operands: { f, g }, random, run, equal }) {
      const unit = g.shape.map(() => 1)
      equal(await run(operator, { f, g: exact(unit, [1]) }), f)
      const at = g.shape.map((extent) => random.integer(0, extent - 1))
      const delta = moved(exact(unit, [1]), at, g.shape)
      equal(
        await run(operator, { f, g: delta }),
        moved(
          f,
          at,
          f.shape.map((n, axis) => n + g.shape[axis]! - 1),
        ),
      )
    },
  }),
)

/** v at a place of a larger shape that is 0 elsewhere. */
function moved(v: Value, at: readonly number[], shape: readonly number[]): Value {
  return shape.reduce((result, extent, axis) => {
    const before = times(at[axis]!, ABSENT)
    const after = times(extent - at[axis]! - v.shape[axis]!, ABSENT)
    return along(result, axis, [...before, ...range(v.shape[axis]!), ...after])
  }, v)
}

/**
 * The convolution theorem, over whole numbers modulo a prime, where a transform is exact. Planes are written as sequences
 * with room between their rows. Source: Pollard 1971.
 */
export const transformsMultiply = of((operator) =>
  law({
    equation: named('f∗g = F⁻¹(F(f)·F(g))', operator),
    operator,
    draws: whole,
    among: full,
    async claim({ operands: { f, g }, run, equal }) {
      const result = await run(operator, { f, g })
      const width = result.shape.at(-1)!
      const sequence = (v: Value): Float64Array =>
        along(v, v.shape.length - 1, [...range(v.shape.at(-1)!), ...times(width - v.shape.at(-1)!, ABSENT)]).data
      equal(result, exact(result.shape, convolveByTransform(sequence(f), sequence(g)).subarray(0, result.data.length)))
    },
  }),
)

const turnedKernel = (operator: Convolution, correlation: 'correlate1d' | 'correlate2d') =>
  law({
    equation: named('f⋆g = f∗turned(g)', operator),
    operator,
    uses: [correlation],
    draws: finite,
    async claim({ operands: { f, g }, run, equal }) {
      equal(await run(correlation, { f, g }), await run(operator, { f, g: turned(g, g.shape.length) }))
    },
  })

/** F6: correlation is convolution with the kernel turned by 180°, in every mode. */
export const correlationTurnsTheKernel = {
  correlate1d: turnedKernel('convolve1d', 'correlate1d'),
  correlate2d: turnedKernel('convolve2d', 'correlate2d'),
}

const partOfFull = (operator: Convolution | 'correlate1d' | 'correlate2d', sign: string) =>
  law({
    equation: named(`same(f${sign}g), valid(f${sign}g) ⊂ full(f${sign}g)`, operator),
    operator,
    draws: finite,
    among: (c) => (c.attributes.mode === 'full' ? withAttributes(c, { mode: 'same' }) : c),
    async claim({ operands: { f, g }, attributes: { mode }, run, equal }) {
      const part = await run(operator, { f, g })
      const cut = part.shape.reduce(
        (all, extent, axis) => {
          const k = g.shape[axis]!
          return along(all, axis, range(extent, mode === 'same' ? Math.floor((k - 1) / 2) : k - 1))
        },
        await run(operator, { f, g }, { mode: 'full' }),
      )
      equal(part, cut)
    },
  })

/** 'same' is the part of 'full' from ⌊(k−1)/2⌋ on, 'valid' that from k−1 on. */
export const modesArePartsOfFull = {
  convolve1d: partOfFull('convolve1d', '∗'),
  correlate1d: partOfFull('correlate1d', '⋆'),
  convolve2d: partOfFull('convolve2d', '∗'),
  correlate2d: partOfFull('correlate2d', '⋆'),
}
