/**
 * Mistakes of one path of a program: a kernel for 1×1 that forgets the stride, a depthwise loop without bias. What such a
 * program returns is the textbook with the mistake where its condition holds, and the textbook where it does not.
 */
import type { Call } from '../../properties/case.ts'
import type { Padding, Pair } from '../../reference/contract.ts'
import type { Candidate } from './hypotheses.ts'

export interface Condition {
  /** Continues "where …". */
  readonly text: string
  readonly holds: (call: Call) => boolean
}

/** What conditions look at; undefined where an operator has no such thing. */
interface Layer {
  readonly kernel?: Pair | undefined
  readonly stride?: Pair | undefined
  readonly dilation?: Pair | undefined
  readonly padding?: Padding | undefined
  readonly groups?: number | undefined
  /** Input channels and maps of a group. */
  readonly inner?: number | undefined
  readonly outer?: number | undefined
  readonly batch?: number | undefined
}

function layerOf({ row, operands: o, attributes: a }: Call): Layer {
  const { stride, dilation, padding, groups } = a
  const window = { stride, dilation, padding, groups }
  const { x, dy, w } = o
  const taps = (o.g ?? w)?.shape.slice(-2) ?? []
  const kernel =
    a.kernel ??
    a.kernelSize ??
    (a.mode !== undefined || groups !== undefined ? ([taps.at(-2) ?? 1, taps.at(-1) ?? 1] as const) : undefined)
  if (a.mode !== undefined) return { kernel }
  const batch = (x ?? dy ?? o.y)?.shape[0]
  if (groups === undefined)
    return {
      ...window,
      kernel,
      batch,
      ...(row.family === 'dense' ? extentsOf(w?.shape ?? [dy?.shape[1], x?.shape[1]]) : {}),
    }
  const [maps, inner] = w?.shape.slice(0, 2) ?? [dy?.shape[1], x && x.shape[1]! / groups]
  return { ...window, kernel, batch, inner, outer: maps && maps / groups }
}

const extentsOf = ([outer, inner]: readonly (number | undefined)[]): Layer => ({ outer, inner })

type Test = (layer: Layer, call: Call) => boolean | undefined

const both = (pair: Pair | undefined, v: number): boolean | undefined => pair && pair[0] === v && pair[1] === v
const some = (pair: Pair | undefined, test: (v: number) => boolean): boolean | undefined => pair?.some(test)
const padded = (p: Padding | undefined): boolean | undefined => p?.some((v) => v > 0)
const multiple = (n: number | undefined, L: number): boolean | undefined => (n === undefined ? undefined : n % L === 0)

const equal = (a: number | undefined, b: number): boolean | undefined => (a === undefined ? undefined : a === b)
const above = (a: number | undefined, b: number): boolean | undefined => (a === undefined ? undefined : a > b)

const FOURS = [2, 4, 8, 16] as const

/** The narrower of two before the wider: of several that no case tells apart the first gives its name. */
const tests: readonly (readonly [text: string, otherwise: string | undefined, test: Test])[] = [
  ['the kernel is 1×1', 'the kernel is larger than 1×1', ({ kernel }) => both(kernel, 1)],
  ['the kernel is 1×1 and the stride 1', undefined, ({ kernel, stride }) => both(kernel, 1) && both(stride, 1)],
  ['the kernel is 2×2 and the stride 2', undefined, ({ kernel, stride }) => both(kernel, 2) && both(stride, 2)],
  ['the kernel is 3×3 and the stride 1', undefined, ({ kernel, stride }) => both(kernel, 3) && both(stride, 1)],
  [
    'the kernel is 3×3, stride and dilation 1',
    undefined,
    ({ kernel, stride, dilation }) => both(kernel, 3) && both(stride, 1) && both(dilation, 1),
  ],
  ['the kernel is 2×2', undefined, ({ kernel }) => both(kernel, 2)],
  ['the kernel is 3×3', undefined, ({ kernel }) => both(kernel, 3)],
  ['the kernel is square', 'the kernel is not square', ({ kernel }) => kernel && kernel[0] === kernel[1]],
  ['a side of the kernel is even', 'no side of the kernel is even', ({ kernel }) => some(kernel, (k) => k % 2 === 0)],
  [
    'the layer is depthwise',
    'the layer is not depthwise',
    ({ groups, inner }) => (groups === undefined ? undefined : groups > 1 && inner === 1),
  ],
  ['there are groups', 'there are no groups', ({ groups }) => above(groups, 1)],
  ['the stride is 1', 'the stride is above 1', ({ stride }) => both(stride, 1)],
  ['the stride is above 1 on both axes', undefined, ({ stride }) => stride && !some(stride, (v) => v === 1)],
  ['the stride is 2', undefined, ({ stride }) => both(stride, 2)],
  [
    'the strides of the axes differ',
    'the strides of the axes are equal',
    ({ stride }) => stride && stride[0] !== stride[1],
  ],
  [
    'a stride is above the kernel',
    'no stride is above the kernel',
    ({ stride, kernel }) => stride && kernel && (stride[0] > kernel[0] || stride[1] > kernel[1]),
  ],
  ['there is a dilation', 'there is no dilation', ({ dilation }) => some(dilation, (v) => v > 1)],
  [
    'there are stride and dilation',
    undefined,
    ({ stride, dilation }) => some(stride, (v) => v > 1) && some(dilation, (v) => v > 1),
  ],
  ['there is padding', 'there is no padding', ({ padding }) => padded(padding)],
  [
    'the padding is uneven',
    'the padding is even',
    ({ padding }) => padding && (padding[0] !== padding[2] || padding[1] !== padding[3]),
  ],
  [
    'windows leave cells over',
    'windows leave no cells over',
    ({ kernel, stride, dilation = [1, 1], padding }, call) => leavesRest(kernel, stride, dilation, padding, call),
  ],
  [
    'there is a bias',
    'there is no bias',
    (_, { row, operands }) => (row.optional === undefined ? undefined : operands.b !== undefined),
  ],
  ['the batch is 1', 'the batch is larger than 1', ({ batch }) => equal(batch, 1)],
  ['the batch is odd', 'the batch is even', ({ batch }) => (batch === undefined ? undefined : batch % 2 === 1)],
  ['there is one input channel', 'there are several input channels', ({ inner }) => equal(inner, 1)],
  ['there is one map', 'there are several maps', ({ outer }) => equal(outer, 1)],
  [
    'inputs and outputs are as many',
    'inputs and outputs are not as many',
    ({ inner, outer }) => (outer === undefined ? undefined : equal(inner, outer)),
  ],
  [
    'batch and outputs are as many',
    undefined,
    ({ batch, outer }) => (outer === undefined ? undefined : equal(batch, outer)),
  ],
  ...FOURS.flatMap((L) => [
    [
      `input channels are a multiple of ${L}`,
      `input channels are no multiple of ${L}`,
      ({ inner }: Layer) => multiple(inner, L),
    ] as const,
    [`maps are a multiple of ${L}`, `maps are no multiple of ${L}`, ({ outer }: Layer) => multiple(outer, L)] as const,
    [
      `input channels and maps are multiples of ${L}`,
      undefined,
      ({ inner, outer }: Layer) => multiple(inner, L) && multiple(outer, L),
    ] as const,
  ]),
  ['ceilMode is set', 'ceilMode is not set', (_, { attributes }) => attributes.ceilMode],
  ['countIncludePad is set', 'countIncludePad is not set', (_, { attributes }) => attributes.countIncludePad],
  [
    'there is output padding',
    'there is no output padding',
    (_, { attributes }) => some(attributes.outputPadding, (v) => v > 0),
  ],
  ...(['full', 'same', 'valid'] as const).map(
    (mode) =>
      [
        `the mode is ${mode}`,
        `the mode is not ${mode}`,
        (_: Layer, { attributes }: Call) => (attributes.mode === undefined ? undefined : attributes.mode === mode),
      ] as const,
  ),
  [
    'the kernel is longer than the signal',
    'the kernel is not longer than the signal',
    (_, { operands: { f, g } }) => f && g?.shape.some((k, axis) => k > f.shape[axis]!),
  ],
]

/** Only where the image itself is an operand or its size an attribute. */
function leavesRest(
  kernel: Pair | undefined,
  stride: Pair | undefined,
  dilation: Pair,
  padding: Padding | undefined,
  { operands, attributes }: Call,
): boolean | undefined {
  const image =
    attributes.inputSize ??
    (operands.w && operands.x && attributes.outputPadding ? undefined : operands.x?.shape.slice(2))
  if (!kernel || !stride || !padding || !image) return undefined
  return image.some(
    (n, i) => (n + padding[i]! + padding[i + 2]! - dilation[i]! * (kernel[i]! - 1) - 1) % stride[i]! !== 0,
  )
}

/** A test that does not speak of a call holds nowhere, and neither does its opposite. */
export const conditions: readonly Condition[] = tests.flatMap(([text, otherwise, test]) => {
  const said = (call: Call): boolean | undefined => test(layerOf(call), call)
  const condition: Condition = { text, holds: (call) => said(call) === true }
  return otherwise === undefined ? [condition] : [condition, { text: otherwise, holds: (call) => said(call) === false }]
})

/** The mistake where a condition holds, and nowhere else. */
export function onlyWhere({ hypotheses: [h], mistake }: Candidate, { text, holds }: Condition): Candidate {
  const name = `${h!.name}, where ${text}`
  const sentence = `only where ${text}: ${h!.sentence}; look at the path that is taken there`
  return { hypotheses: [{ ...h!, name, sentence }], mistake: { ...mistake, where: holds } }
}
