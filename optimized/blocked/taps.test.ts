import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AxisTaps, correlationTaps, transposedTaps } from './taps.ts'

/** All (output, tap, source) triples that an axis joins. */
function meetings({ order, step, classes }: AxisTaps): string[] {
  const met: string[] = []
  for (const { first, count, outputs, bases } of classes) {
    outputs.forEach((output, i) => {
      for (let j = 0; j < count; j++) met.push(`${output} ${order[first + j]} ${bases[i]! + j * step}`)
    })
  }
  return met.sort()
}

it('three taps with padding 1 have a class for each end and one between', () => {
  const { order, step, classes } = correlationTaps(5, 5, { kernel: 3, stride: 1, before: 1, dilation: 1 })
  expect(order).toEqual([0, 1, 2])
  expect(step).toBe(1)
  expect(classes).toEqual([
    { first: 1, count: 2, outputs: [0], bases: [0] },
    { first: 0, count: 3, outputs: [1, 2, 3], bases: [0, 1, 2] },
    { first: 0, count: 2, outputs: [4], bases: [3] },
  ])
})

it('backwards at stride 2, even taps meet even outputs and odd taps odd ones', () => {
  const { order, classes } = transposedTaps(4, 2, { kernel: 3, stride: 2, before: 0, dilation: 1 })
  expect(order).toEqual([2, 0, 1])
  expect(classes).toEqual([
    { first: 1, count: 1, outputs: [0], bases: [0] },
    { first: 2, count: 1, outputs: [1, 3], bases: [0, 1] },
    { first: 0, count: 2, outputs: [2], bases: [0] },
  ])
})

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 6 }),
  stride: fc.integer({ min: 1, max: 5 }),
  before: fc.nat(8),
  dilation: fc.integer({ min: 1, max: 4 }),
})
const extents = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))

it('forward, output p and tap r meet exactly the cell p·stride − before + r·dilation inside the source', () => {
  fc.assert(
    fc.property(axis, extents, (a, [outputs, extent]) => {
      const expected: string[] = []
      for (let p = 0; p < outputs; p++) {
        for (let r = 0; r < a.kernel; r++) {
          const h = p * a.stride - a.before + r * a.dilation
          if (h >= 0 && h < extent) expected.push(`${p} ${r} ${h}`)
        }
      }
      expect(meetings(correlationTaps(outputs, extent, a))).toEqual(expected.sort())
    }),
  )
})

it('backwards the same meetings, with output and source changed over', () => {
  fc.assert(
    fc.property(axis, extents, (a, [outputs, extent]) => {
      const forward = meetings(correlationTaps(extent, outputs, a))
      const turned = forward.map((m) => m.split(' ').toReversed().join(' ')).sort()
      expect(meetings(transposedTaps(outputs, extent, a))).toEqual(turned)
    }),
  )
})
