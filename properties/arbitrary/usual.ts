/**
 * Cases that networks are made of, where implementations have their fast paths: kernels of 1×1, of 3×3 with padding 1, depthwise
 * layers, poolings of 2×2 and of the whole plane, square matrices; and channels, maps and columns once beyond 32, the widest block in use.
 * Drawn shapes seldom are just these.
 */
import type { Family, OperatorRow } from '../../reference/operators.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { type Case, operandShapes } from '../case.ts'
import { parseCase } from '../descriptor.ts'
import type { Draw } from '../values.ts'

/** Sizes and attributes; a bias where the operator has one. Source: LeNet-5, ResNet-50, MobileNet, GoogLeNet, DCGAN. */
const usual: Readonly<Record<Family, readonly string[]>> = {
  convolution: [
    'n1c36h7w7 m3r1s1 st2 bias',
    'n2c3h9w9 m37r1s1',
    'n1c3h9w9 m8r3s3 pd1 bias',
    'n1c8h8w8 m4r3s3 st2 pd1',
    'n2c1h12w12 m6r5s5 bias',
    'n1c8h9w9 m8r3s3 pd1 g8',
    'n1c5h9w9 m5r3s3 st2 pd1 g5 bias',
    'n1c2h3w70 m3r3s3 pd1',
    'n1c2h5w4 m3r1s1 pd1 bias',
    'n1c2h9w8 m3r3s3 pd2 dl2',
    'n1c3h8w8 m4r3s3 st2 pd0x0x1x1 bias',
    'n2c4h5w5 m6r1s1 g2 bias',
    'n1c3h6w7 m6r3s3 pd1 g3 bias',
    'n1c2h9w8 m3r7s7 st2 pd3',
  ],
  transposed: [
    'n1m36p5q5 c3r2s2 st2',
    'n1m4p6q6 c8r4s4 st2 pd1 bias',
    'n1m3p5q5 c4r3s3 st2 pd1 op1',
    'n1m3p3q34 c36r3s3 pd1 bias',
    'n1m4p4q4 c4r3s3 st2 pd1 op1 g2 bias',
    'n1m2p4q5 c3r3s3 pd2 dl2',
  ],
  map: ['n2m35p5q5', 'n1m3p9q40'],
  pooling: [
    'n1c3h18w17 k2 st2',
    'n1c35h7w7 k3 st2 pd1',
    'n2c3h7w7 k7',
    'n1c2h8w36 k3 st2 ceil',
    'n2c3h8w7 k2 st2 pd1',
    'n1c2h6w7 k3 pd1',
  ],
  dense: ['n3i8o8 bias', 'n1i40o10', 'n35i5o4 bias', 'n2i3o37', 'n4i3o4 bias', 'n4i4o4 bias'],
  matrix: ['n35o8', 'n8o35'],
  pointwise: ['n1c36h2w3', 'n1c1h1w37'],
  rows: ['n5k5', 'n35k3', 'n3k37'],
  sequence: ['n16k16', 'n40k3 same', 'n37k5 valid'],
  plane: ['h16w16 r3s3 same', 'h5w40 r5s3 valid'],
}

/**
 * Extents beyond 255 and memories beyond 2¹⁶ numbers, which an index of 8 or 16 bits does not hold, and kernels of more taps than a
 * table of 32 or 255: one at a time, so that all together cost a second. Planes stay small: a transform that takes the square of one
 * must still answer.
 */
const large: Readonly<Record<Family, readonly string[]>> = {
  convolution: [
    'n1c2h2w300 m3r1s3',
    'n1c1h18w19 m1r17s17',
    'n1c260h1w1 m2r1s1',
    'n1c2h1w1 m260r1s1',
    'n1c260h16w16 m1r1s1',
    'n300c1h1w1 m2r1s1',
  ],
  transposed: [
    'n1m2p2q300 c2r1s3',
    'n1m260p1q1 c2r1s1',
    'n1m2p1q1 c260r1s1',
    'n1m260p16q16 c1r1s1',
    'n300m1p1q1 c2r1s1',
  ],
  map: ['n300m2p1q1', 'n1m300p1q2', 'n1m260p16q16'],
  pooling: ['n1c2h3w300 k2 st2', 'n1c300h2w2 k2', 'n1c1h18w19 k17', 'n1c260h16w16 k2 st2'],
  dense: ['n300i2o2', 'n1i260o260'],
  matrix: ['n300o2', 'n2o300'],
  pointwise: ['n1c300h1w2', 'n1c1h260w260'],
  rows: ['n300k2', 'n2k300'],
  sequence: ['n300k3 same', 'n270k300 full'],
  plane: ['h3w300 r1s3 same'],
}

const draws: readonly Draw[] = ['exact', 'real']

export function usualCases(row: OperatorRow, seed: number): Case[] {
  const biasless = row.optional === undefined
  return usual[row.family].map((text, i) =>
    parseCase(`${row.name} ${biasless ? text.replace(' bias', '') : text} @${draws[i % draws.length]}#${seed + i}`),
  )
}

/**
 * Exact integers alone: whatever the order, sums of so many terms must not be taken for lost digits. Gradients have none beyond
 * 2¹⁵: one that takes a pass for each error is slow there, not wrong.
 */
export function largeCases(row: OperatorRow, seed: number): Case[] {
  const isQuick = (c: Case): boolean =>
    !row.name.endsWith('Gradient') || Object.values(operandShapes(c)).every((shape) => sizeOf(shape) < 2 ** 15)
  return large[row.family].map((text, i) => parseCase(`${row.name} ${text} @exact#${seed + i}`)).filter(isQuick)
}
