/** How a law is tried: what it says when it breaks, what it does not call broken, and what it refuses. */
import { describe, expect, test } from 'vitest'
import { type Implementation, Unsupported } from '../../reference/contract.ts'
import { convert, type Tensor } from '../../reference/tensor.ts'
import { textbook, textbook32 } from '../../reference/textbook.ts'
import { parseCase, printCase } from '../descriptor.ts'
import {
  batchIndependence,
  holdLaw,
  type LawOutcome,
  lawCases,
  laws,
  linearity,
  poolingGradientIsAdjoint,
  reluSplits,
  tanhIsOdd,
} from './index.ts'
import { law } from './law.ts'
import { exact, plus, scalar } from './value.ts'

const conv = batchIndependence.conv2d!
const someCase = parseCase('conv2d n2c2h5w6 m3r3s2 @exact#7')

const messageOf = (outcome: LawOutcome): string | undefined => ('message' in outcome ? outcome.message : undefined)

type Conv2d = NonNullable<Implementation['operators']['conv2d']>

/** The textbook, but for conv2d. */
const withConv2d = (conv2d: (right: Conv2d) => Conv2d): Implementation => {
  return { ...textbook, operators: { ...textbook.operators, conv2d: conv2d(textbook.operators.conv2d!) } }
}

/** The textbook's result with a change in it. */
const changing = (change: (y: Tensor) => unknown): Implementation =>
  withConv2d((right) => async (o, a) => change(await right(o, a)) as Tensor)

describe('a broken law', () => {
  /** The first image of two comes out one too large. */
  const off = withConv2d((right) => async (o, a) => {
    const y = await right(o, a)
    if (o.x.shape[0]! > 1) y.data[7] = y.data[7]! + 1
    return y
  })

  test('says its equation, the place, both sides, and the case to run again', async () => {
    const outcome = await conv(off, someCase)
    expect(outcome).toMatchObject({ status: 'broken', kind: 'law', first: { index: [0, 0, 1, 2], bound: 0 } })
    if (outcome.status !== 'broken') return
    const { left, right } = outcome.first!
    expect(left).toBe(right + 1)
    expect(outcome.message).toBe(
      `conv(x₁⧺x₂) = conv(x₁)⧺conv(x₂): element [0,0,1,2] is ${left} on the left, ${right} on the right, bound 0; ` +
        'conv2d n2c2h5w6 m3r3s2 @exact#7',
    )
  })

  test('breaks again on the case of its report', async () => {
    const report = await holdLaw(conv, off)
    const { message } = report!.broken!.outcome
    const again = parseCase(message.slice(message.lastIndexOf('; ') + 2))
    expect(again).toEqual(report!.broken!.case)
    expect(await conv(off, again)).toEqual(report!.broken!.outcome)
  })

  test.each<[string, string, Implementation, string]>([
    [
      'an error that is thrown',
      'threw',
      changing(() => {
        throw new TypeError('no such kernel')
      }),
      'conv2d threw TypeError: no such kernel',
    ],
    [
      'a result of the wrong shape',
      'shape',
      changing((y) => ({ ...y, shape: [...y.shape, 1] })),
      'conv2d: shape (1,3,3,5,1), expected (1,3,3,5)',
    ],
    [
      'a result in the wrong precision',
      'type',
      changing((y) => convert(y, 'float32')),
      'conv2d: data is a Float32Array',
    ],
    ['no result', 'type', changing(() => undefined), 'conv2d: the result is undefined'],
    [
      'NaN on both sides',
      'law',
      changing((y) => ({ ...y, data: y.data.fill(Number.NaN) })),
      'conv2d gives NaN at [0,0,0,0] for finite operands',
    ],
  ])('is also %s', async (_, kind, implementation, message) => {
    const outcome = await conv(implementation, someCase)
    expect(outcome).toMatchObject({ status: 'broken', kind })
    expect(messageOf(outcome)).toContain(message)
  })
})

describe('an error in one of two images', () => {
  /** Every number of the first image is off by a factor. */
  const offBy = (factor: number): Implementation =>
    withConv2d((right) => async (o, a) => {
      const y = await right(o, a)
      const image = y.data.length / y.shape[0]!
      return { ...y, data: y.data.map((v, i) => (y.shape[0]! > 1 && i < image ? factor * v : v)) }
    })
  const c = parseCase('conv2d n2c2h5w6 m3r3s2 @real#7')

  // A sum of twelve products on either side: 24 roundings of 2⁻⁵³ of terms that cancel in part.
  test.each([
    ['of one rounding', 1 + 2 ** -52, 'held'],
    ['of 2⁻⁴⁶, beyond what 24 roundings explain', 1 + 2 ** -46, 'broken'],
  ])('%s', async (_, factor, status) => {
    expect((await conv(offBy(factor), c)).status).toBe(status)
  })
})

describe('a law is not broken', () => {
  test('by rounding: the outcome counts what was compared', async () => {
    const c = parseCase('conv2d n3c9h5w6 m3r3s2 @real#7')
    expect(await conv(textbook32, c)).toEqual({ status: 'held', elements: 135, weak: false, exact: false })
    expect(await conv(textbook32, someCase)).toEqual({ status: 'held', elements: 90, weak: false, exact: true })
  })

  test('where an operator that it calls is not offered', async () => {
    const { averagePool2dGradient: _, ...operators } = textbook.operators
    const less = { ...textbook, operators }
    const adjoint = poolingGradientIsAdjoint.averagePool2d
    const [c] = lawCases(adjoint, 1, 1)
    expect(await adjoint(textbook, c!)).toMatchObject({ status: 'held' })
    expect(await adjoint(less, c!)).toEqual({ status: 'not offered', operator: 'averagePool2dGradient' })
    expect(await holdLaw(adjoint, less)).toBeUndefined()
  })

  test('where a combination is not supported', async () => {
    const half = withConv2d((right) => (o, a) => {
      if (a.groups > 1) throw new Unsupported('groups')
      return right(o, a)
    })
    const report = await holdLaw(conv, half, { cases: 40 })
    expect(report!.held + report!.unsupported).toBe(40)
    expect(Math.min(report!.held, report!.unsupported)).toBeGreaterThan(5)
  })

  test('by an overflow on one side', async () => {
    const c = parseCase('conv2d n2c1h1w1 m1r1s1 x=3e38,1 w=3e38')
    expect(await conv(textbook32, c)).toMatchObject({ status: 'held' })
  })
})

test('a comparison of what is constant or zero is counted as weak', async () => {
  const zeros = parseCase('conv2d n2c1h2w2 m1r1s1 x=0*8 w=1')
  expect(await conv(textbook, zeros)).toMatchObject({ status: 'held', weak: true })
})

describe('a case that a law does not speak of is refused with the mend', () => {
  test.each<[string, string]>([
    ['dense n2i3o4 @real#1', 'tried on a case of dense; take one of conv2d'],
    [
      'conv2d n2c2h5w6 m3r3s3 @special#1',
      'values drawn @special; take one of @exact, @impulse, @tie, @real, @image, @negative',
    ],
    [
      'conv2d n1c2h5w6 m3r3s3 @real#1',
      'does not speak of conv2d n1c2h5w6 m3r3s3 @real#1; take conv2d n2c2h5w6 m3r3s3 @real#1',
    ],
  ])('%s', async (descriptor, mend) => {
    await expect(conv(textbook, parseCase(descriptor))).rejects.toThrow(`conv(x₁⧺x₂) = conv(x₁)⧺conv(x₂): ${mend}`)
  })
})

describe('a law that proves nothing is refused', () => {
  const careless = (claim: Parameters<typeof law<'relu'>>[0]['claim']) =>
    law({ equation: 'relu(x) = relu(x)', operator: 'relu', draws: ['real'], claim })
  const c = parseCase('relu n1c1h2w3 @real#1')

  test.each<[string, ReturnType<typeof careless>, string]>([
    ['it compares nothing', careless(async () => {}), 'nothing was compared'],
    ['it compares different shapes', careless(async (t) => t.equal(t.operands.x, scalar(1))), 'no common form'],
    [
      'it calls what it does not name',
      careless(async (t) => {
        await t.run('sigmoid', t.operands)
      }),
      'name it in `uses`',
    ],
    [
      'it feeds a number with an error',
      careless(async (t) => {
        await t.run('relu', { x: plus(t.operands.x, exact(t.operands.x.shape, new Float64Array(6).fill(2 ** -60))) })
      }),
      'relu: the law gives x a number that float64 does not hold exactly',
    ],
  ])('%s', async (_, broken, message) => {
    await expect(broken(textbook, c)).rejects.toThrow(message)
  })

  test('its operands have more bits than the precision', async () => {
    const halves = careless(async (t) => {
      await t.run('relu', { x: plus(t.operands.x, exact(t.operands.x.shape, new Float64Array(6).fill(2 ** -40))) })
    })
    await expect(halves(textbook32, c)).rejects.toThrow('float32 does not hold exactly')
  })
})

describe('cases of a law', () => {
  test('are the same for the same seed, others for another', () => {
    expect(lawCases(conv, 10, 3)).toEqual(lawCases(conv, 10, 3))
    expect(lawCases(conv, 10, 3)).not.toEqual(lawCases(conv, 10, 4))
  })

  test('take all draws and both parities of the seed by turns', () => {
    const law = linearity['conv2d in w']!
    const drawn = lawCases(law, 6, 1).map((c) => ('seed' in c.values ? `${c.values.draw} ${c.values.seed % 2}` : ''))
    expect(drawn).toEqual(['exact 0', 'impulse 0', 'tie 0', 'exact 1', 'impulse 1', 'tie 1'])
  })

  test('are cases by their descriptor', () => {
    for (const law of laws)
      for (const c of lawCases(law, 3, 5)) expect(printCase(parseCase(printCase(c)))).toBe(printCase(c))
  })

  test('a law that speaks of none says so', () => {
    const none = law({ ...tanhIsOdd, equation: 'never', among: () => undefined, claim: async () => {} })
    expect(() => lawCases(none, 5, 1)).toThrow('never: 0 of 100 cases are in its domain')
  })
})

describe('what would hold because nothing is tried is refused', () => {
  test.each([0, -1, 2.5, Number.NaN, Infinity, '3' as never])('%s cases', async (cases) => {
    await expect(holdLaw(reluSplits, textbook, { cases })).rejects.toThrow(
      /cases is .*, and nothing would be compared; give a whole number from 1 on/,
    )
  })

  test.each([
    [null, 'null'],
    [{}, 'an object without operators'],
    [{ ...textbook, precision: 'float16' }, "of precision 'float16'"],
  ])('an implementation that is none: %#', async (implementation, lacks) => {
    await expect(holdLaw(reluSplits, implementation as never)).rejects.toThrow(
      `${reluSplits.equation}: the implementation is ${lacks}; give { name, precision`,
    )
  })
})

test('an implementation that answers with promises is tried like any other', async () => {
  const later: Implementation = {
    ...textbook,
    operators: {
      relu: async (o, a) => {
        await new Promise((done) => setTimeout(done, 1))
        return textbook.operators.relu!(o, a)
      },
    },
  }
  expect(await holdLaw(reluSplits, later, { cases: 3 })).toMatchObject({ held: 3 })
})
