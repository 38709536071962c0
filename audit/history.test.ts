/** Results that depend on the calls before them. */
import { describe, expect, it } from 'vitest'
import { parseCase, printCase } from '../properties/descriptor.ts'
import type { Implementation } from '../reference/contract.ts'
import { textbook } from '../reference/textbook.ts'
import { findingsOver } from './findingsOver.ts'
import { lastChanged, siblingsOf } from './history.ts'

describe('siblings of a case', () => {
  it('have other values, then an attribute otherwise, flags among them', () => {
    expect(siblingsOf(parseCase('averagePool2d n1c1h4w5 k2x3 pd1x0x0x1 @real#7')).map(printCase)).toEqual([
      'averagePool2d n1c1h4w5 k2x3 pd1x0x0x1 @exact#8',
      'averagePool2d n1c1h4w5 k2x3 pd1x0x0x1 ceil @real#7',
      'averagePool2d n1c1h4w5 k2x3 pd1x0x0x1 cip @real#7',
    ])
  })
  it('are cases: what does not fit is left out', () => {
    expect(siblingsOf(parseCase('maxPool2d n1c1h2w9 k2x8 @exact#1')).map(printCase)).toEqual([
      'maxPool2d n1c1h2w9 k2x8 @exact#2',
      'maxPool2d n1c1h2w9 k2x8 ceil @exact#1',
    ])
  })
})

describe('a case with the last number of each operand changed', () => {
  it('has all its other numbers', () => {
    expect(printCase(lastChanged(parseCase('dense n1i2o2 bias x=3,4 w=1,2,3,1 b=0,7'), 'float64')!)).toBe(
      'dense n1i2o2 bias x=3,1 w=1,2,3,2 b=0,1',
    )
  })
  it('is left out where there are too many to write out', () => {
    expect(lastChanged(parseCase('dense n8i16o8 @exact#1'), 'float64')).toBeUndefined()
  })
})

/** Mean pooling by a plan that is found again by `keyOf`, which decides what it confuses. */
function planned(keyOf: (shape: readonly number[], attributes: object) => string): Implementation {
  const plans = new Map<string, boolean>()
  return {
    name: 'toy',
    precision: 'float64',
    operators: {
      averagePool2d({ x }, a) {
        const key = keyOf(x.shape, a)
        const countIncludePad = plans.get(key) ?? a.countIncludePad
        plans.set(key, countIncludePad)
        return textbook.operators.averagePool2d!({ x }, { ...a, countIncludePad })
      },
    },
  }
}

const wrongIn = async (implementation: Implementation): Promise<unknown[]> =>
  (await findingsOver(implementation, 'averagePool2d', 12, 1)).findings.filter(({ kind }) => kind === 'wrong')

describe('an audit', () => {
  it('finds a plan that is kept by shapes and all attributes but one', async () => {
    expect(await wrongIn(planned((shape, a) => JSON.stringify([shape, { ...a, countIncludePad: null }])))).not.toEqual(
      [],
    )
  })
  it('finds packed weights that are found again by their shape and first number', async () => {
    const packed = new Map<string, Float64Array>()
    const implementation: Implementation = {
      name: 'toy',
      precision: 'float64',
      operators: {
        dense({ x, w, ...bias }, a) {
          const key = `${w.shape} ${w.data[0]}`
          const data = packed.get(key) ?? Float64Array.from(w.data)
          packed.set(key, data)
          return textbook.operators.dense!({ x, w: { shape: w.shape, data }, ...bias }, a)
        },
      },
    }
    const { findings } = await findingsOver(implementation, 'dense', 12, 1)
    expect(findings.map(({ kind, history }) => [kind, history?.length])).toEqual([['wrong', 1]])
  })
  it('blames no plan that is kept by all it depends on', async () => {
    expect(await wrongIn(planned((shape, a) => JSON.stringify([shape, a])))).toEqual([])
  })
})
