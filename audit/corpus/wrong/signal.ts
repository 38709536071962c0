/** Convolution and correlation of signals. */
import { convolveLine, correlatePlane, type Part, partOf } from '../base/signal.ts'
import { mapped } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

const turned = (g: Parameters<typeof mapped>[0]) => mapped(g, (_, i) => g.data[g.data.length - 1 - i]!)

export const signalMistakes: readonly Wrong[] = [
  wrong(
    'operands swapped by length',
    'convolve1d',
    {
      what: "the longer operand is taken for the signal, and 'same' has its length",
      link: 'https://github.com/numpy/numpy/issues/6316',
      names: ["'same' has the length of the longer operand"],
    },
    () =>
      ({ f, g }, { mode }) => {
        const [n, k] = [Math.max(f.data.length, g.data.length), Math.min(f.data.length, g.data.length)]
        const [start, extent] = partOf(n, k, mode)
        return f.data.length >= g.data.length ? convolveLine(f, g, start, extent) : convolveLine(g, f, start, extent)
      },
  ),
  wrong(
    "'same' of an even kernel begins later",
    'correlate2d',
    {
      what: "the centre of an even kernel is k/2 here and (k−1)/2 there: 'same' is another part of the full result",
      link: 'https://github.com/jax-ml/jax/pull/2675',
      names: ["'same' begins half a cell late"],
    },
    () =>
      ({ f, g }, { mode }) => {
        const late: Part = (n, k, m) => (m === 'same' ? [k >> 1, n] : partOf(n, k, m))
        return correlatePlane(f, g, mode, late)
      },
  ),
  wrong(
    'correlation comes out reversed',
    'correlate1d',
    {
      what: 'the operands are exchanged for speed where the second is longer, and the result is not turned back',
      link: 'https://github.com/numpy/numpy/issues/20090',
      names: ['operands exchanged where the kernel is longer'],
    },
    () =>
      ({ f, g }, { mode }) => {
        const [start, extent] = partOf(f.data.length, g.data.length, mode)
        const y = convolveLine(f, turned(g), start, extent)
        return f.data.length >= g.data.length || mode === 'same' ? y : turned(y)
      },
  ),
  wrong(
    'signal of one value',
    'convolve1d',
    {
      what: "a first operand of one value is multiplied directly, and 'same' forgotten: the result is as long as the second",
      link: 'https://github.com/scipy/scipy/issues/11973',
    },
    () =>
      ({ f, g }, { mode }) => {
        if (f.data.length === 1 && mode === 'same') return mapped(g, (v) => v * f.data[0]!)
        const [start, extent] = partOf(f.data.length, g.data.length, mode)
        return convolveLine(f, g, start, extent)
      },
  ),
  wrong(
    'border wrapped',
    'convolve2d',
    {
      what: 'beyond the border the plane begins again, a boundary that was not asked for',
      link: 'https://github.com/scipy/scipy/issues/12685',
      names: ['wraps around the border'],
    },
    () =>
      ({ f, g }, { mode }) => {
        const [H, W, R, S] = [f.shape[0]!, f.shape[1]!, g.shape[0]!, g.shape[1]!]
        const [[top, rows], [left, columns]] = [partOf(H, R, mode), partOf(W, S, mode)]
        const at = (i: number, n: number): number => ((i % n) + n) % n
        const data = new Float32Array(rows * columns)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++)
            for (let r = 0; r < R; r++)
              for (let s = 0; s < S; s++) {
                const v = f.data[at(i + top - r, H) * W + at(j + left - s, W)]!
                data[i * columns + j] = data[i * columns + j]! + Math.fround(v * g.data[r * S + s]!)
              }
        return { shape: [rows, columns], data }
      },
  ),
  wrong(
    'transform without room for the overlap',
    'convolve1d',
    {
      what: 'the transform is as long as the signal and not as both together: what runs over the end comes in again at the front',
      link: 'https://github.com/Rich-Hall/sentinel1Level0DecodingDemo/issues/11',
      names: ['transform shorter than the result'],
    },
    () =>
      ({ f, g }, { mode }) => {
        let length = 1
        while (length < Math.max(f.data.length, g.data.length)) length *= 2
        const full = convolveLine(f, g, 0, f.data.length + g.data.length - 1)
        const cyclic = new Float32Array(length)
        for (const [i, v] of full.data.entries()) cyclic[i % length] = cyclic[i % length]! + v
        const [start, extent] = partOf(f.data.length, g.data.length, mode)
        return { shape: [extent], data: Float32Array.from({ length: extent }, (_, i) => cyclic[i + start] ?? 0) }
      },
  ),
]
