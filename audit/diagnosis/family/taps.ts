/** Kernel, border and channels of a sliding sum: which tap meets which cell. */

import type { Geometry } from '../geometry.ts'
import { type Hypothesis, hypothesis, layers, planes, pools, signals } from '../hypothesis.ts'
import { changed, without } from '../move.ts'
import type { Spot } from '../slide.ts'

const kernels = [...layers, ...signals]
const flat = [...layers, ...planes]

const fold = (i: number, n: number): number => {
  if (n === 1) return 0
  const period = 2 * (n - 1)
  const at = ((i % period) + period) % period
  return at < n ? at : period - at
}
const isBeyond = (at: Spot, g: Geometry): boolean => at.h < 0 || at.h >= g.H || at.v < 0 || at.v >= g.W

/** As many rows up or down as the column lies beyond its row. */
function intoRows(at: Spot, g: Geometry): void {
  const rows = Math.floor(at.v / g.W)
  at.h += rows
  at.v -= rows * g.W
}

/** How far a window reaches beyond the end. */
const beyondEnd = (start: number, span: number, n: number): number => Math.max(0, start + span - n)

const TURN = 'look at the index into the kernel'
const BORDER = 'look at the test whether a cell lies inside the image'
const LOOPS = 'look at the bounds of the loop'

export const tapMistakes: readonly Hypothesis[] = [
  hypothesis(
    'kernel turned',
    `the kernel is turned by 180°, as a convolution does and a correlation does not (or not turned where it should be); ${TURN}`,
    kernels,
    changed((at, g) => {
      at.wr = g.kernel[0] - 1 - at.wr
      at.ws = g.kernel[1] - 1 - at.ws
    }),
  ),
  hypothesis(
    'kernel rows in reverse',
    `the rows of the kernel are taken from the last to the first; ${TURN}`,
    flat,
    changed((at, g) => {
      at.wr = g.kernel[0] - 1 - at.wr
    }),
  ),
  hypothesis(
    'kernel columns in reverse',
    `the columns of the kernel are taken from the last to the first; ${TURN}`,
    flat,
    changed((at, g) => {
      at.ws = g.kernel[1] - 1 - at.ws
    }),
  ),
  hypothesis(
    'kernel axes transposed',
    `rows and columns of the kernel are exchanged: w is indexed by (s,r); ${TURN}`,
    flat,
    changed((at, g) => {
      const i = at.ws * g.kernel[0] + at.wr
      at.wr = Math.floor(i / g.kernel[1])
      at.ws = i % g.kernel[1]
    }),
  ),
  hypothesis(
    'last row of the kernel left out',
    `the loop over the rows of the kernel ends one too early; ${LOOPS}`,
    flat,
    without((at, g) => at.r === g.kernel[0] - 1),
  ),
  hypothesis(
    'last column of the kernel left out',
    `the loop over the columns of the kernel ends one too early; ${LOOPS}`,
    kernels,
    without((at, g) => at.s === g.kernel[1] - 1),
  ),
  hypothesis(
    'first row of the kernel left out',
    `the loop over the rows of the kernel begins one too late; ${LOOPS}`,
    flat,
    without((at) => at.r === 0),
  ),
  hypothesis(
    'first column of the kernel left out',
    `the loop over the columns of the kernel begins one too late; ${LOOPS}`,
    kernels,
    without((at) => at.s === 0),
  ),
  hypothesis(
    'edge repeated',
    `beyond the border the outermost cell is read instead of 0; ${BORDER}`,
    kernels,
    changed((at, g) => {
      at.h = Math.min(Math.max(at.h, 0), g.H - 1)
      at.v = Math.min(Math.max(at.v, 0), g.W - 1)
    }),
  ),
  hypothesis(
    'border reflected',
    `beyond the border the image is read in the mirror instead of 0; ${BORDER}`,
    kernels,
    changed((at, g) => {
      at.h = fold(at.h, g.H)
      at.v = fold(at.v, g.W)
    }),
  ),
  hypothesis(
    'wraps around the border',
    `beyond the border the image begins again from the other side; ${BORDER}`,
    kernels,
    changed((at, g) => {
      at.h = ((at.h % g.H) + g.H) % g.H
      at.v = ((at.v % g.W) + g.W) % g.W
    }),
  ),
  hypothesis(
    'columns not checked at the border',
    `beside the first and last column the neighbouring row is read instead of 0; ${BORDER}`,
    flat,
    [
      changed((at, g) => {
        if (at.v < 0) {
          at.h--
          at.v += g.W
        } else if (at.v >= g.W) {
          at.h++
          at.v -= g.W
        }
      }),
      // An address that is computed before anything is tested, within its plane.
      changed(intoRows),
      // The row is tested, then the address taken wherever it points within the image.
      changed((at, g) => {
        if (at.h < 0 || at.h >= g.H) return
        intoRows(at, g)
        const row = at.channel * g.H + at.h
        at.channel = Math.floor(row / g.H)
        at.h = row - at.channel * g.H
      }),
    ],
  ),
  hypothesis(
    'padding multiplied',
    `a cell of the padding takes part as 0, so that an infinite weight over it gives NaN; ${BORDER}`,
    ['conv2d', 'conv2dWeightGradient'],
    changed((at, g) => {
      at.zero = isBeyond(at, g)
    }),
  ),
  hypothesis(
    'window pushed back inside',
    'a window that would reach beyond the last row or column is moved back until it fits; look at how the start of a window is limited',
    [...layers, ...pools],
    changed((at, g) => {
      const [dh, dw] = [g.dilation[0] * (g.kernel[0] - 1) + 1, g.dilation[1] * (g.kernel[1] - 1) + 1]
      at.h -= beyondEnd(at.p * g.stride[0] - g.padding[0], dh, g.H)
      at.v -= beyondEnd(at.q * g.stride[1] - g.padding[1], dw, g.W)
    }),
  ),
  ...(
    [
      ['last row of the image left out', 'the last row of x takes no part', (at, g) => at.h === g.H - 1],
      ['last column of the image left out', 'the last column of x takes no part', (at, g) => at.v === g.W - 1],
      ['first row of the image left out', 'the first row of x takes no part', (at) => at.h === 0],
      ['first column of the image left out', 'the first column of x takes no part', (at) => at.v === 0],
    ] as const satisfies readonly (readonly [string, string, (at: Spot, g: Geometry) => boolean])[]
  ).map(([name, what, which]) => hypothesis(name, `${what}; ${BORDER}`, [...flat, ...pools], without(which))),
  hypothesis(
    'last row of windows left out',
    `the last row of outputs is not visited; ${LOOPS}`,
    [...flat, ...pools.filter((o) => o !== 'maxPool2d' && o !== 'averagePool2d')],
    without((at, g) => at.p === g.P - 1),
  ),
  hypothesis(
    'last column of windows left out',
    `the last column of outputs is not visited; ${LOOPS}`,
    [...flat, ...pools.filter((o) => o !== 'maxPool2d' && o !== 'averagePool2d')],
    without((at, g) => at.q === g.Q - 1),
  ),
  hypothesis(
    'overlapping windows overwrite one another',
    'where windows share a cell the last one stays instead of their sum; look for an assignment that should be +=',
    ['conv2dInputGradient', 'convTranspose2d', 'maxPool2dGradient', 'averagePool2dGradient'],
    { overwrites: true },
  ),
]
