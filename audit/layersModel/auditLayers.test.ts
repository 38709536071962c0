import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { layersNetworkJson, layersNetworkWeights } from '../../fixtures/layersNetwork.ts'
import { blocked64, optimized } from '../../optimized/index.ts'
import type { Implementation } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { type Contender, contenderOf } from '../onnxModel/contender.ts'
import { auditLayers } from './auditLayers.ts'
import { readLayersModel } from './read.ts'
import { firstDeviation, networkDocument, networkText } from './report.ts'

const { model } = readLayersModel(layersNetworkJson(), () => layersNetworkWeights())
const x = tensor([1, 2, 3, 4], Array.from({ length: 24 }, (_, i) => Math.sin(i)), 'float32') // biome-ignore format: one tensor
const audit = (...contenders: Contender[]) => auditLayers(model, new Map([['x', x]]), contenders)

const right: Implementation = { ...optimized, name: 'right' }
/** Its operators, one of them changed. */
const changed = (operators: Partial<Implementation['operators']>): Contender =>
  contenderOf({ ...right, name: 'changed', operators: { ...right.operators, ...operators } })

const run = { model: 'm', package: 'p', version: '1', input: x.shape, image: 'i', pictures: [] }
const outcomes = (report: Awaited<ReturnType<typeof audit>>) => {
  const { layers } = JSON.parse(JSON.stringify(networkDocument(run, report)))
  return layers.map(({ layer, contenders }: { layer: string; contenders: { outcome: string }[] }) => [
    layer,
    ...contenders.map(({ outcome }) => outcome),
  ])
}

describe('auditLayers', () => {
  it('no layer of a right contender deviates; what the contract does not have is not offered, and the chain goes on', async () => {
    const report = await audit(contenderOf(right))
    expect(report.rows.map(({ layer, opType, output }) => [layer, opType, output.join()])).toEqual([
      ['c', 'Conv', '1,3,3,4'],
      ['r', 'Relu', '1,3,3,4'],
      ['a', 'Add', '1,3,3,4'],
      ['j', 'Concat', '1,5,3,4'],
      ['u', 'Upsample', '1,5,6,12'],
    ])
    expect(outcomes(report).map(([, outcome]: string[]) => outcome === 'not offered')).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    expect(firstDeviation(report, 0)).toBeUndefined()
    for (const { shares } of report.rows) expect(shares[0]!.drift!.relative).toBeLessThan(1e-6)
    expect(report.ends[0]!.output!.data).toBeInstanceOf(Float32Array)
    expect(report.rows[0]!.case!.text).toContain('conv2d n1c2h3w4 m3r1s2 pd0x0x0x1 bias')
  })

  it('in float64 the chain stays in float64, through what is not offered as well', async () => {
    const report = await audit(contenderOf(blocked64))
    expect(report.rows[0]!.shares[0]!.verdict!.grade).not.toBe('wrong')
    expect(report.rows.at(-1)!.shares[0]!.drift!.relative).toBeLessThan(1e-14)
  })

  it('names the layer that is wrong and none behind it, though its error is carried on', async () => {
    const faulty = changed({
      conv2d: async (operands, attributes) => {
        const y = await right.operators.conv2d!(operands, attributes)
        return { ...y, data: y.data.map((v, i) => (i === 5 ? v * (1 + 2 ** -10) : v)) }
      },
    })
    const report = await audit(contenderOf(right), faulty)
    expect(firstDeviation(report, 0)).toBeUndefined()
    expect(report.rows.filter((_, i) => outcomes(report)[i][2] === 'wrong').map(({ layer }) => layer)).toEqual(['c'])
    expect(report.rows.at(-1)!.shares[1]!.drift!.relative).toBeGreaterThan(1e-5)
    const text = stripVTControlCharacters(networkText(run, report))
    expect(text).toMatch(
      /changed .*: 1 deviates\n +first layer that deviates: c \(Conv\) \(1,2,3,4\) \(3,2,1,2\) \(3\) →/,
    )
    expect(text).toMatch(/conv2d: element \[0,0,1,1\] is .*; 1 of 36 elements are wrong/)
    expect(text).toContain("the layer alone: cnn-oracle replay 'conv2d n1c2h3w4 m3r1s2 pd0x0x0x1 bias x=0,0.84")
  })

  it.each([
    ['another shape', async () => tensor([36], new Float32Array(36), 'float32'), 'wrong', 'shape (36), expected'],
    ['float64', async () => tensor([1, 3, 3, 4], new Float64Array(36)), 'wrong', 'needs a Float32Array'],
    ['an error', () => Promise.reject(new RangeError('no room')), 'threw', 'threw: no room'],
    ['the end of its process', () => Promise.reject(death('hang')), 'hang', 'hang: it is gone'],
  ])('%s is a finding, and its own results end there', async (_, conv2d, outcome, said) => {
    const report = await audit(changed({ conv2d }))
    expect(outcomes(report)[0]).toEqual(['c', outcome])
    expect(report.rows[1]!.shares[0]!.verdict!.grade).not.toBe('wrong')
    expect(report.rows.map(({ shares }) => shares[0]!.drift)).toEqual(report.rows.map(() => undefined))
    const text = stripVTControlCharacters(networkText(run, report))
    expect(text).toContain(said)
    expect(text).toContain('its own results end where a layer gave none')
  })

  it('what is said to be unsupported is none, and the network as a whole is held beside its layers', async () => {
    const refuses = changed({
      conv2d: () => Promise.reject(Object.assign(new Error('no groups'), { name: 'Unsupported' })),
    })
    const whole: Contender = { ...contenderOf(right), whole: async () => tensor([1], [0], 'float32') }
    const report = await audit(refuses, whole)
    expect(outcomes(report)[0]).toEqual(['c', 'unsupported', outcomes(report)[0][2]])
    expect(firstDeviation(report, 0)).toBeUndefined()
    expect(report.ends[1]!.whole).toEqual({ absolute: Infinity, relative: Infinity })
  })

  it('a picture that does not fit the network is refused with the layer', async () => {
    const wide = tensor([1, 3, 3, 4], new Float32Array(36), 'float32')
    await expect(auditLayers(model, new Map([['x', wide]]), [])).rejects.toThrow(/layer c: .*x has 3 channels/)
  })
})

const death = (kind: string): Error => Object.assign(new Error('it is gone'), { name: 'Death', kind })
