/** The textbook with a mistake is diagnosed by the name of that mistake; what has none, or none that is known, is not. */
import { describe, expect, it } from 'vitest'
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { completeAttributes, instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { Random } from '../../properties/random.ts'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import { callOperator, operatorRow, operators } from '../../reference/operators.ts'
import { textbook32 } from '../../reference/textbook.ts'
import { diagnose } from './diagnose.ts'
import { causeOf, type Diagnosis, diagnosisLines } from './diagnosis.ts'
import { candidatesFor, hypotheses } from './hypotheses.ts'
import { bothOf } from './mistake.ts'
import { mistaken, programsOf, seenOn } from './mistaken.ts'
import { predict } from './predict.ts'

const namesOf = (d: Diagnosis | undefined): string[] => [
  d?.causes.map(({ name }) => name).join(' + ') ?? 'right',
  ...(d?.rivals ?? []),
]

/** One in sixteen, each on an operator of its own; all of them on all operators in diagnose.slow.test.ts. */
const some = hypotheses.map((h, i) => [h.name, h, i] as const).filter(([, , i]) => i % 16 === 0)

describe('a hypothesis has its name found', () => {
  it.each(some)('%s', async (name, h, i) => {
    const precision = h.precision ?? 'float32'
    const order = h.operators.map((_, j) => h.operators[(i + j) % h.operators.length]!)
    for (const operator of order)
      for (const program of programsOf(operator, name, precision)) {
        const failing = seenOn(operator, program, precision)
        if (!failing) continue
        const found = await diagnose(mistaken(operator, program.mistake, precision), operator, [failing])
        expect(namesOf(found)).toContain(name)
        expect(found?.reproduced).toBeGreaterThan(0)
        return
      }
    throw new Error(`${name} is seen on no case of any operator`)
  })

  it('names are told apart', () => {
    expect(new Set(hypotheses.map(({ name }) => name)).size).toBe(hypotheses.length)
    expect(hypotheses.length).toBeGreaterThanOrEqual(60)
  })

  it('none breaks a diagnosis off: each says what comes, or that its program would refuse the call', () => {
    for (const h of hypotheses)
      for (const operator of h.operators)
        for (const mistake of h.mistakes(operator))
          for (const c of sampleCases(operatorRow(operator), 3, 5, ['real', 'special', 'exact'])) {
            const precision = h.precision ?? 'float32'
            const flops = operatorRow(operator).flops(c.sizes, completeAttributes(c))
            if (flops < 4_000) expect(() => predict(instantiate(c, precision), mistake, precision)).not.toThrow()
          }
  }, 60_000)

  it('every operator has some', () => {
    for (const { name } of operators) expect(candidatesFor(name, 'float32').length).toBeGreaterThan(20)
  })
})

describe('two mistakes in one program are both named', () => {
  it.each<[OperatorName, string, string]>([
    ['conv2d', 'kernel turned', 'bias forgotten'],
    ['conv2dBiasGradient', 'divided by the batch', 'sign wrong'],
    ['averagePool2dGradient', 'not divided', 'window axes swapped'],
    ['dense', 'weights laid out as (I,O)', 'bias subtracted'],
    ['denseWeightGradient', 'divided by the batch', 'sign wrong'],
    ['quadraticCost', 'divided by the batch', 'doubled'],
    ['softmaxCrossEntropy', 'divided by the batch', 'logarithm to base 2'],
  ])('%s: %s and %s', async (operator, a, b) => {
    const mistake = bothOf(programsOf(operator, a)[0]!.mistake, programsOf(operator, b)[0]!.mistake)
    const found = await diagnose(mistaken(operator, mistake!), operator, [])
    const named = namesOf(found)
    expect(named.some((name) => name === `${a} + ${b}` || name === `${b} + ${a}`)).toBe(true)
    expect(found?.causes).toHaveLength(2)
  })
})

describe('no name is given', () => {
  it('where nothing is wrong', async () => {
    for (const { name } of operators)
      expect(await diagnose(textbook32, name, sampleCases(operatorRow(name), 4, 3))).toBeUndefined()
  })

  const withNoise = (operator: OperatorName): Implementation => ({
    name: 'noise',
    precision: 'float32',
    operators: {
      [operator]: async (...[o, a]: Parameters<NonNullable<Implementation['operators']['conv2d']>>) => {
        const { shape, data } = (await callOperator(textbook32, operator, o, a))!
        const random = new Random(Math.abs(Math.round(1e3 * Object.values(o)[0]!.data[0]!)) + data.length)
        return { shape, data: data.map((v) => v + random.integer(-9, 9)) }
      },
    },
  })
  it.each(['conv2d', 'maxPool2d', 'dense', 'softmax', 'relu', 'convolve1d'] as const)(
    'to noise: %s',
    async (operator) => {
      const found = await diagnose(withNoise(operator), operator, [])
      expect(found?.causes).toEqual([])
      expect(causeOf(found!)).toBeNull()
    },
  )

  it('to results without an element', async () => {
    const empty: Implementation = {
      name: 'empty',
      precision: 'float32',
      operators: { conv2d: () => ({ shape: [1, 1, 1, 0], data: new Float32Array(0) }) },
    }
    expect((await diagnose(empty, 'conv2d', []))?.causes).toEqual([])
  })

  it('to a mistake that is made at times only', async () => {
    const [turned] = programsOf('conv2d', 'kernel turned')
    const wrong = mistaken('conv2d', turned!.mistake).operators.conv2d!
    const sometimes: Implementation = {
      ...textbook32,
      operators: { conv2d: (o, a) => (o.x.shape[2]! % 5 === 3 ? wrong(o, a) : textbook32.operators.conv2d!(o, a)) },
    }
    expect((await diagnose(sometimes, 'conv2d', []))?.causes).toEqual([])
  })
})

describe('what is unexplained shows the index map', () => {
  it('of a product that takes the weights of the neighbour', async () => {
    const shifted: Implementation = {
      name: 'shifted',
      precision: 'float32',
      operators: {
        dense: async (o, a) => {
          const { shape, data } = await textbook32.operators.dense!(o, a)
          return { shape, data: data.map((v, i) => (i % 3 === 1 ? data[i - 1]! : v)) }
        },
      },
    }
    const found = await diagnose(shifted, 'dense', [parseCase('dense n1i1o2 x=1 w=0,1')])
    expect(diagnosisLines(found!)).toEqual([
      'looks like: unexplained, no known mistake or pair of mistakes reproduces it',
      'what impulses show it to use:',
      '  element  uses           instead of',
      '  [0,1]    x[0,0]·w[0,0]  x[0,0]·w[1,0]',
    ])
  })

  it('of a mean that counts a cell twice, with its coefficients', async () => {
    const doubled: Implementation = {
      name: 'doubled',
      precision: 'float32',
      operators: {
        averagePool2d: async ({ x }, a) => {
          const { shape, data } = await textbook32.operators.averagePool2d!({ x }, a)
          return { shape, data: data.map((v, i) => (i === 0 ? v + x.data[0]! : v)) }
        },
      },
    }
    const found = await diagnose(doubled, 'averagePool2d', [parseCase('averagePool2d n1c1h2w2 k2 x=1,2,3,4')])
    expect(found?.indexMap.at(-1)).toMatch(/^\[0,0,0,0\] +1.25·x\[0,0,0,0\] +0.25·x\[0,0,0,0\]$/)
  })
})
