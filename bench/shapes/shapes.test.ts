import { expect, it } from 'vitest'
import { operandShapes } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { operatorRow } from '../../reference/operators.ts'
import { shapes } from './index.ts'

it('every layer has a name of its own and a descriptor whose shapes fit', () => {
  expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length)
  for (const { name, descriptor } of shapes) {
    expect(() => operandShapes(parseCase(descriptor)), name).not.toThrow()
    expect(descriptor, name).toMatch(/^conv2d /)
  }
})

it.each([
  ['resnet50/conv1', [1, 64, 112, 112]],
  ['resnet50/conv3_1_3x3', [1, 128, 28, 28]],
  ['mobilenet/dw2', [1, 64, 56, 56]],
  ['lenet/c5 N=64', [64, 120, 1, 1]],
])('%s makes %j', (wanted, shape) => {
  const c = parseCase(shapes.find(({ name }) => name === wanted)!.descriptor)
  expect(operatorRow('conv2d').resultShape(operandShapes(c), c.attributes)).toEqual(shape)
})
