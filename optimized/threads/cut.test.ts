import { describe, expect, it } from 'vitest'
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { type Case, instantiate } from '../../properties/case.ts'
import { parseCase, printCase } from '../../properties/descriptor.ts'
import { operatorRow } from '../../reference/operators.ts'
import { sizeOf, type Tensor } from '../../reference/tensor.ts'
import { Engine } from '../kernel/engine.ts'
import { conv2d, conv2dInputGradient, conv2dWeightGradient, convTranspose2d } from './convolution.ts'
import { type Cut, type Divisible, divide, type Part } from './cut.ts'
import { dense, denseInputGradient, denseWeightGradient } from './dense.ts'
import { compute, type Named, type Shared } from './kernels.ts'
import { gather, scatter, sliceShape } from './slice.ts'

/** A method's parameters are bivariant: one signature for all. */
interface Divider {
  cut(operands: Named, attributes: object): Divisible
}
const dividers: Record<Shared, Divider> = {
  conv2d: { cut: conv2d },
  conv2dInputGradient: { cut: conv2dInputGradient },
  conv2dWeightGradient: { cut: conv2dWeightGradient },
  convTranspose2d: { cut: convTranspose2d },
  dense: { cut: dense },
  denseInputGradient: { cut: denseInputGradient },
  denseWeightGradient: { cut: denseWeightGradient },
}
const engine = new Engine()

/** What one call computes; undefined where it refuses. */
function whole(operator: Shared, operands: Named, attributes: object, shape: readonly number[]) {
  const data = new Float32Array(sizeOf(shape))
  return compute(engine, operator, operands, attributes, data) ? data : undefined
}

/** The same from parts. */
function inParts(operator: Shared, operands: Named, layer: Divisible, parts: readonly Part[]) {
  const data = new Float32Array(sizeOf(layer.result)).fill(Number.NaN)
  for (const part of parts) {
    const own: Record<string, Tensor> = {}
    for (const [name, shape] of Object.entries(layer.shapes)) {
      const slice = part.operands[name] ?? 'whole'
      const t = { shape: sliceShape(shape, slice), data: new Float32Array(sizeOf(sliceShape(shape, slice))) }
      gather(Float32Array.from(operands[name]!.data), shape, slice, t.data)
      own[name] = t
    }
    const result = new Float32Array(sizeOf(sliceShape(layer.result, part.result)))
    if (!compute(engine, operator, own, part.attributes, result)) return undefined
    scatter(result, data, layer.result, part.result)
  }
  return data
}

/** The whole in two at every place, and in as many parts as there are units. */
function* waysToCut({ units, part }: Cut): Iterable<readonly Part[]> {
  for (let at = 1; at < units; at++) yield [part(0, at), part(at, units)]
  if (units > 2) yield Array.from({ length: units }, (_, i) => part(i, i + 1))
}

/** How many ways were compared. */
function compareAllCuts(operator: Shared, c: Case): number {
  const { operands, attributes } = instantiate(c, 'float32')
  const layer = dividers[operator].cut(operands, attributes)
  const expected = whole(operator, operands, attributes, layer.result)
  let compared = 0
  for (const cut of layer.cuts) {
    for (const parts of waysToCut(cut)) {
      const got = inParts(operator, operands, layer, parts)
      const where = `${printCase(c)} cut into ${JSON.stringify(parts.map(({ result }) => result))}`
      expect(got === undefined, where).toBe(expected === undefined)
      if (expected && got) expect(firstDifference(expected, got), where).toBe(-1)
      compared++
    }
  }
  return compared
}

const firstDifference = (a: Float32Array, b: Float32Array): number => a.findIndex((value, i) => !Object.is(value, b[i]))

const operators = ['conv2d', 'conv2dInputGradient', 'conv2dWeightGradient', 'convTranspose2d', 'dense', 'denseInputGradient', 'denseWeightGradient'] as const // biome-ignore format: a list

describe('the parts of every cut, at every place, are the whole bit by bit', () => {
  it.each(operators)('%s: random cases, special values among them', (operator) => {
    let compared = 0
    for (const c of sampleCases(operatorRow(operator), 90, 11)) compared += compareAllCuts(operator, c)
    expect(compared).toBeGreaterThan(40)
  })

  it.each([
    'conv2d n2c3h9w8 m24r3s3 pd1 bias @real#1',
    'conv2d n1c3h9w8 m17r3s3 st2 pd1x0x2x1 bias @real#2',
    'conv2d n1c1h7w6 m17r2s2 bias @real#3',
    'conv2d n1c40h6w7 m25r1s1 bias @real#4',
    'conv2d n2c6h5w6 m18r3s3 pd1 g6 bias @real#5',
    'conv2d n1c2h3w5 m3r5s3 pd4x1x4x1 @real#6',
    'conv2d n1c2h11w5 m3r2s2 st3 dl2 @real#7',
    'conv2dInputGradient n2c24h9w8 m3r3s3 pd1 @real#1',
    'conv2dInputGradient n1c17h11w6 m9r3s3 st2 dl2 pd1x0x2x1 @real#2',
    'conv2dInputGradient n1c3h14w6 m4r2s3 st4 @real#3',
    'conv2dInputGradient n1c3h14w6 m4r1s1 st3 @real#4',
    'conv2dInputGradient n1c4h9w6 m8r3s3 pd1 g4 @real#5',
    'convTranspose2d n2m3p4q5 c24r3s3 st2 pd1 op1 bias @real#1',
    'convTranspose2d n1m3p4q5 c3r1s2 st3 op2x0 bias @real#2',
    'convTranspose2d n1m6p4q5 c9r4s3 st2 dl2 pd3 g3 bias @real#3',
    'conv2dWeightGradient n3c5h9w8 m25r3s3 pd1 @real#1',
    'conv2dWeightGradient n2c8h9w8 m8r3s3 pd1 g4 @real#2',
    'conv2dWeightGradient n2c5h9w8 m5r3s3 pd1 g5 @real#4',
    'conv2dInputGradient n1c6h9w8 m6r3s3 st2 pd1 g6 @real#6',
    'conv2dWeightGradient n2c11h6w6 m24r1s1 @real#3',
    'dense n5i300o25 bias @real#1',
    'denseInputGradient n5i25o300 @real#1',
    'denseWeightGradient n300i25o5 @real#1',
  ])('%s', (descriptor) => {
    const c = parseCase(descriptor)
    if (!isOperator(c.operator)) throw new TypeError(`${c.operator} is not cut`)
    expect(compareAllCuts(c.operator, c)).toBeGreaterThan(0)
  })
})

const isOperator = (name: string): name is Shared => Object.hasOwn(dividers, name)

describe('the cut that is chosen', () => {
  const cutOf = (descriptor: string, threads: number) => {
    const { operator, operands, attributes } = instantiate(parseCase(descriptor), 'float32')
    if (!isOperator(operator)) throw new TypeError(`${operator} is not cut`)
    const division = divide(dividers[operator].cut(operands, attributes), threads)
    return division && [division.own, ...division.offered].map(({ result }) => result)
  }
  it.each([
    ['as many images as threads', 'conv2d n4c8h9w9 m16r3s3 pd1 @real#1', 4, 0],
    ['channels of a depthwise layer', 'conv2d n1c16h9w9 m16r3s3 pd1 g16 @real#1', 4, 1],
    ['rows of a large image: x outweighs w', 'conv2d n1c64h64w64 m64r3s3 pd1 @real#1', 8, 2],
    ['maps of a small image: w outweighs x', 'conv2d n1c128h7w7 m128r3s3 pd1 @real#1', 2, 1],
  ])('%s', (_, descriptor, threads, axis) => {
    const results = cutOf(descriptor, threads)
    expect(results?.length).toBeGreaterThanOrEqual(threads)
    expect(new Set(results?.map((result) => result !== 'whole' && result.axis))).toEqual(new Set([axis]))
  })

  it('there is none where there is one unit', () => {
    expect(cutOf('conv2d n1c3h4w4 m5r4s4 @real#1', 4)).toBeUndefined()
  })
})
