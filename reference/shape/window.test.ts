import { describe, expect, it } from 'vitest'
import { ShapeError } from '../contract.ts'
import { checkFlag, checkRank, checkWindow, outputExtent, outputSize, type Window } from './window.ts'

describe('F15: P = ⌊(H + t + b − dh(R−1) − 1)/sh⌋ + 1', () => {
  it.each([
    // H, t, b, R, sh, dh, P
    [5, 0, 0, 3, 1, 1, 3],
    [5, 1, 1, 3, 2, 1, 3],
    [28, 0, 0, 5, 1, 1, 24],
    [224, 3, 3, 7, 2, 1, 112],
    [6, 0, 1, 3, 2, 1, 3],
    [6, 0, 0, 3, 2, 1, 2],
    [7, 0, 0, 2, 3, 1, 2],
    [7, 0, 0, 3, 1, 2, 3],
    [9, 2, 0, 3, 3, 3, 2],
    [1, 0, 0, 1, 4, 1, 1],
    [1, 3, 3, 1, 4, 1, 2],
    [3, 0, 0, 3, 1, 5, -7],
  ])('H=%d t=%d b=%d R=%d sh=%d dh=%d → %d', (H, t, b, R, sh, dh, P) => {
    expect(outputExtent(H, t, b, R, sh, dh)).toBe(P)
  })

  it.each([
    // One window more over the cells that are left over …
    [6, 0, 0, 3, 2, 1, 3],
    [5, 0, 0, 2, 2, 1, 3],
    // … none where nothing is left over …
    [5, 0, 0, 3, 2, 1, 2],
    // … and none that would start beyond the input and its leading padding.
    [4, 0, 1, 1, 3, 1, 2],
    [4, 0, 2, 1, 4, 1, 2],
    [3, 1, 1, 2, 4, 1, 1],
    [8, 0, 3, 3, 1, 1, 8],
  ])('with ceilMode H=%d t=%d b=%d R=%d sh=%d dh=%d → %d', (H, t, b, R, sh, dh, P) => {
    expect(outputExtent(H, t, b, R, sh, dh, true)).toBe(P)
  })

  it('height and width each have their own padding, kernel, stride and dilation', () => {
    const window: Window = { kernel: [3, 2], stride: [2, 1], padding: [1, 0, 2, 3], dilation: [1, 2] }
    expect(outputSize('test', [6, 5], window)).toEqual([4, 6])
    expect(outputSize('test', [5, 5], window)).toEqual([3, 6])
    expect(outputSize('test', [5, 5], window, true)).toEqual([3, 5])
  })
})

const fits: Window = { kernel: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] }

const refused: readonly [refuse: () => unknown, message: string][] = [
  [
    () => outputSize('op', [2, 9], { ...fits, kernel: [3, 3], padding: [0, 1, 0, 1], dilation: [2, 1] }),
    'op: the kernel spans 5 of the height (dilation 2 × (3−1) + 1), the padded input has 2 (0 + 2 + 0); ' +
      'enlarge the input or the padding, or shrink the kernel',
  ],
  [
    () => outputSize('op', [9, 1], { ...fits, kernel: [3, 4], padding: [0, 1, 0, 1] }),
    'op: the kernel spans 4 of the width (dilation 1 × (4−1) + 1), the padded input has 3 (1 + 1 + 1); ' +
      'enlarge the input or the padding, or shrink the kernel',
  ],
  [() => checkWindow('op', { ...fits, kernel: [0, 1] }), 'op: kernel=(0,1) holds 0; each must be a whole number ≥ 1'],
  [
    () => checkWindow('op', { ...fits, stride: [1, 1.5] }),
    'op: stride=(1,1.5) holds 1.5; each must be a whole number ≥ 1',
  ],
  [
    () => checkWindow('op', { ...fits, padding: [0, 0, 0, -1] }),
    'op: padding=(0,0,0,-1) holds -1; each must be a whole number ≥ 0',
  ],
  [
    () => checkWindow('op', { ...fits, dilation: [Number.NaN, 1] }),
    'op: dilation=(NaN,1) holds NaN; each must be a whole number ≥ 1',
  ],
  [() => checkWindow('op', JSON.parse('{"kernel":3}')), 'op: kernel must be 2 whole numbers, got 3'],
  [
    () => checkWindow('op', { ...fits, ...JSON.parse('{"padding":[1,1]}') }),
    'op: padding must be 4 whole numbers, got (1,1)',
  ],
  [() => checkFlag('op', 'ceilMode', undefined), 'op: ceilMode must be true or false, got undefined'],
  [() => checkRank('op', 'x', [2, 3], ['N', 'C', 'H']), 'op: x has 2 axes (2,3), expects 3 (N,C,H)'],
  [() => checkRank('op', 'x', [2, 0], ['N', 'K']), 'op: x=(2,0) has K=0; every axis needs at least one element'],
]

describe('attributes out of range', () => {
  it.each(refused.map(([refuse, message]) => ({ refuse, message })))('$message', ({ refuse, message }) => {
    expect(refuse).toThrow(ShapeError)
    expect(refuse).toThrow(expect.objectContaining({ message }))
  })
})
