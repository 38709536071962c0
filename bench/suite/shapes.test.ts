import { expect, it } from 'vitest'
import { operandShapes } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { operatorRow } from '../../reference/operators.ts'
import { gradientsOf } from './gradients.ts'
import { linesOf, parseShapes, suites } from './shapes.ts'

it.each(suites)('%s: each line parses, prints and parses to itself, and stands there once', (suite) => {
  const lines = linesOf([suite])
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines) {
    expect(line.suite).toBe(suite)
    expect(parseCase(line.descriptor)).toEqual(line.case)
    expect(() => operandShapes(line.case), line.descriptor).not.toThrow()
  }
  expect(new Set(lines.map(({ label, descriptor }) => label || descriptor)).size).toBe(lines.length)
})

it.each([
  ['resnet50', 'conv1', [1, 64, 112, 112]],
  ['resnet50', 'conv3_1_3x3', [1, 128, 28, 28]],
  ['mobilenet', 'dw2', [1, 64, 56, 56]],
  ['lenet', 'c5 N=64', [64, 120, 1, 1]],
])('%s/%s makes %j', (suite, label, shape) => {
  const { case: c } = linesOf([suite]).find((line) => line.label === label || line.label === `${suite}/${label}`)!
  expect(operatorRow(c.operator).resultShape(operandShapes(c), c.attributes)).toEqual(shape)
})

it('networks are the four of them, each once', () => {
  expect(new Set(linesOf(['networks', 'lenet']).map(({ suite }) => suite)).size).toBe(4)
  expect(linesOf(['networks', 'lenet']).length).toBe(linesOf(['networks']).length)
})

it('a comment begins with # behind a blank, so that a seed is none; a line twice is one', () => {
  const text = '# all\r\n\n dense n1i2o3 @exact#7 # first # of all\nrelu n1c1h1w2\nrelu n1c1h1w2 @real#1 # again\n'
  expect(parseShapes('mine', text, 'mine.txt').map(({ label, descriptor }) => [label, descriptor])).toEqual([
    ['first # of all', 'dense n1i2o3 @exact#7'],
    ['', 'relu n1c1h1w2 @real#1'],
  ])
})

it('what cannot be read is said with its file and line', () => {
  expect(() => parseShapes('mine', 'relu n1c1h1w2\n\ndens n1i2o3\n', 'mine.txt')).toThrow(/^mine\.txt:3: .*dense/)
  expect(() => parseShapes('mine', '# nothing\n', 'mine.txt')).toThrow(/mine\.txt has no descriptor/)
  expect(() => linesOf(['resnet5'])).toThrow(/did you mean resnet50\?/)
  expect(() => linesOf(['./mine.txt'])).toThrow(/no such file/)
})

it.each([
  ['conv2d n1c64h56w56 m64r1s1 st2', ['conv2dInputGradient', 'conv2dWeightGradient']],
  ['maxPool2d n1c2h5w5 k2 ceil', ['maxPool2dGradient']],
  ['dense n2i3o4 bias', ['denseInputGradient', 'denseWeightGradient']],
  ['convolve2d h5w5 r3s3', []],
])('gradients of %s: %j, with its sizes and attributes', (descriptor, names) => {
  const [line] = parseShapes('mine', `${descriptor} # a`, 'mine.txt')
  const gradients = gradientsOf(line!)
  expect(gradients.map((g) => g.case.operator)).toEqual(names)
  for (const gradient of gradients) {
    expect(gradient.case.sizes).toEqual(line!.case.sizes)
    expect(parseCase(gradient.descriptor)).toEqual(gradient.case)
    expect(operatorRow(gradient.case.operator).flops(gradient.case.sizes, gradient.case.attributes)).toBe(
      operatorRow(line!.case.operator).flops(line!.case.sizes, line!.case.attributes),
    )
  }
})
