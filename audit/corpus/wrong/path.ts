/** Fast paths that are taken where they do not belong, and sizes that an index does not hold. */
import { biased, conv, type Pixel } from '../base/im2col.ts'
import { largest, pool, unpool } from '../base/pool.ts'
import { four, mapped } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

const isBy = (w: { readonly shape: readonly number[] }, R: number, S: number): boolean =>
  w.shape[2] === R && w.shape[3] === S

/** As 16 bits with a sign hold it. */
const short: Pixel = (c, h, v, { H, W }) =>
  h < 0 || h >= H || v < 0 || v >= W ? -1 : (((c * H + h) * W + v) << 16) >> 16

export const pathMistakes: readonly Wrong[] = [
  wrong(
    'path for kernels of 1×1 at any stride',
    'conv2d',
    {
      what: 'the path is chosen by the size of the kernel alone and knows no stride: positions are read one after the other',
      link: 'https://github.com/majianjia/nnom/issues/84',
      names: ['stride ignored, where the kernel is 1×1'],
    },
    () => (o, a) => conv(o, a, isBy(o.w, 1, 1) ? { window: { ...a, stride: [1, 1] } } : {}),
  ),
  wrong(
    'depthwise path without dilation',
    'conv2d',
    {
      what: 'the depthwise operator takes dilations and computes as if all were 1; the size of the result follows',
      link: 'https://github.com/tensorflow/tensorflow/issues/56498',
      names: ['dilation ignored, where the layer is depthwise'],
    },
    () => (o, a) => conv(o, a.groups > 1 && a.groups === o.x.shape[1] ? { ...a, dilation: [1, 1] } : a),
  ),
  wrong(
    'bias steps forgotten in groups',
    'conv2d',
    {
      what: 'the pointer to the biases is not advanced by the group: each takes those of the first',
      link: 'https://github.com/OAID/Tengine/pull/5',
      names: ['bias by the map within its group'],
    },
    () => (o, a) => {
      const y = conv({ ...o, b: undefined }, a)
      const Mg = four(o.w)[0] / a.groups
      return o.b ? biased(y, o.b, (m) => m % Mg) : y
    },
  ),
  wrong(
    'address in too few bits',
    'conv2d',
    {
      what: 'the address within an image overflows where it is large (32 bits there, 16 here)',
      link: 'https://github.com/szagoruyko/pyinn/issues/14',
    },
    () => (o, a) => conv(o, a, { pixel: short }),
  ),
  wrong(
    'pooling of 2×2 without padding',
    'maxPool2d',
    {
      what: 'right without padding; of 2×2 windows at stride 2 with padding the values differ: here they begin at the first cell',
      link: 'https://github.com/apache/systemds/pull/434',
      // SAME of windows of 2 at stride 2 begins at the first cell, too: on this path both are one.
      names: [
        'padding ignored, where the kernel is 2×2 and the stride 2',
        'padding computed as SAME of TensorFlow, where the kernel is 2×2 and the stride 2',
      ],
    },
    () =>
      ({ x }, a) => {
        const isFast = [...a.kernel, ...a.stride].every((v) => v === 2) && a.dilation.every((d) => d === 1)
        const sizes = four(pool(x, a, () => 0)).slice(2) as [number, number]
        return pool(x, isFast ? { ...a, padding: [0, 0, 0, 0] } : a, largest, sizes)
      },
  ),
  wrong(
    'window of −∞ without an index',
    'maxPool2dGradient',
    {
      what: 'where a whole window is −∞ or NaN the index of the maximum stays −1, and the error goes nowhere',
      link: 'https://github.com/pytorch/pytorch/pull/1465',
      names: ['error of a window of −∞ lost'],
    },
    () =>
      ({ x, dy }, a) => {
        const [, , H, W] = four(x)
        return unpool(dy, [H, W], a, (cells, error, plane) => {
          let [best, most] = [-1, -Infinity]
          for (const cell of cells) {
            const v = x.data[plane * H * W + cell]!
            if (v > most) [best, most] = [cell, v]
          }
          return best < 0 ? [] : [[best, error]]
        })
      },
  ),
  wrong(
    'slope of relu by ≥',
    'reluGradient',
    {
      what: 'the slope is output ≥ 0, so that a cell at 0 passes its error on',
      link: 'https://github.com/iamtrask/Grokking-Deep-Learning/pull/13',
      names: ['slope 1 at 0'],
    },
    () =>
      ({ x, dy }) =>
        mapped(dy, (v, i) => (x.data[i]! >= 0 ? v : 0)),
  ),
]
