/** What one call leaves for the next, shares with it, or races for. */

import { gemm, transposedMatrix } from '../base/gemm.ts'
import { biased, conv, im2col, mapExtents, type Pixel, weightGradient } from '../base/im2col.ts'
import { maxGradient, meanBy, pool, properDivisor } from '../base/pool.ts'
import { count, empty, four, mapped, two } from '../base/tensor.ts'
import { type Wrong, wrong } from '../entry.ts'

export const stateMistakes: readonly Wrong[] = [
  wrong(
    'second run of an odd width',
    'conv2d',
    {
      what: 'the first run is right, later ones of an odd width read a texture that the first one packed otherwise',
      link: 'https://github.com/tensorflow/tfjs/issues/4844',
    },
    () => {
      const seen = new Set<string>()
      return (o, a) => {
        const key = `${o.x.shape} ${o.w.shape}`
        const again = seen.has(key)
        seen.add(key)
        const y = conv(o, a)
        const Q = y.shape[3]!
        if (again && o.x.shape[3]! % 2 === 1) for (let i = Q - 1; i < y.data.length; i += Q) y.data[i] = 0
        return y
      }
    },
  ),
  wrong(
    'plan cached by the shapes alone',
    'averagePool2d',
    {
      what: 'the compiled graph is found again by a key without the divisor: the first countIncludePad stays',
      link: 'https://github.com/kulinseth/pytorch/pull/273',
    },
    () => {
      const plans = new Map<string, boolean>()
      return ({ x }, a) => {
        const key = `${x.shape}/${a.kernel}/${a.stride}/${a.padding}/${a.ceilMode}`
        const countIncludePad = plans.get(key) ?? a.countIncludePad
        plans.set(key, countIncludePad)
        return pool(x, a, meanBy(properDivisor({ ...a, countIncludePad }, x.shape[2]!, x.shape[3]!)))
      }
    },
  ),
  wrong(
    'one output buffer for all calls',
    'dense',
    {
      what: 'the output is bound once and every run writes to it: the result of the call before changes',
      link: 'https://github.com/pykeio/ort/issues/454',
    },
    () => {
      let buffer = new Float32Array(0)
      return ({ x, w, b }) => {
        const [N, I, O] = [x.shape[0]!, x.shape[1]!, w.shape[0]!]
        if (buffer.length < N * O) buffer = new Float32Array(N * O)
        const y = buffer.subarray(0, N * O)
        for (let n = 0; n < N; n++)
          for (let o = 0; o < O; o++) {
            let sum = b?.data[o] ?? 0
            for (let i = 0; i < I; i++) sum = Math.fround(sum + Math.fround(x.data[n * I + i]! * w.data[o * I + i]!))
            y[n * O + o] = sum
          }
        return { shape: [N, O], data: y }
      }
    },
  ),
  wrong(
    'gradient buffer not zeroed',
    'conv2dWeightGradient',
    {
      what: 'the buffer comes from a pool and is added to: the gradient of a call before is still in it',
      link: 'https://github.com/AllenInstitute/bmtk/pull/472',
    },
    () => {
      const pooled = new Map<number, Float32Array>()
      return (o, a) => {
        const dw = weightGradient(o, a)
        const old = pooled.get(dw.data.length)
        if (old) for (let i = 0; i < dw.data.length; i++) dw.data[i] = dw.data[i]! + old[i]!
        pooled.set(dw.data.length, Float32Array.from(dw.data))
        return dw
      }
    },
  ),
  wrong(
    'workspace not zeroed',
    'conv2d',
    {
      what: 'the columns are built in a workspace that is kept; cells of the padding are skipped and hold what was there',
      link: 'https://github.com/NervanaSystems/ngraph/pull/1095',
    },
    () => {
      let workspace = new Float32Array(0)
      return ({ x, w, b }, a) => {
        const [[N, C, H, W], [M, Cg, R, S], [P, Q]] = [four(x), four(w), mapExtents(x, w, a)]
        const Mg = M / a.groups
        const size = Cg * R * S * P * Q
        if (workspace.length < size) workspace = new Float32Array(size)
        const y = empty([N, M, P, Q])
        const e = { C: Cg, H, W, R, S, P, Q }
        for (let n = 0; n < N; n++)
          for (let g = 0; g < a.groups; g++) {
            const from = (n * C + g * Cg) * H * W
            let col = 0
            im2col(x.data.subarray(from), e, a, (c, h, v) => {
              if (h >= 0 && h < H && v >= 0 && v < W) workspace[col] = x.data[from + (c * H + h) * W + v]!
              col++
              return -1
            })
            const filters = w.data.subarray(g * Mg * Cg * R * S)
            y.data.set(gemm(filters, workspace, Mg, P * Q, Cg * R * S), (n * M + g * Mg) * P * Q)
          }
        return b ? biased(y, b) : y
      }
    },
  ),
  wrong(
    'relu in place',
    'relu',
    {
      what: 'the operand itself is changed and a copy of it returned',
      link: 'https://github.com/pytorch/executorch/issues/11700',
    },
    () =>
      ({ x }) => {
        for (let i = 0; i < x.data.length; i++) x.data[i] = x.data[i]! > 0 || Number.isNaN(x.data[i]) ? x.data[i]! : 0
        return { shape: x.shape, data: Float32Array.from(x.data) }
      },
  ),
  wrong(
    'same input, another answer',
    'softmax',
    {
      what: 'the buffer of the input is filled too late: a run sees rows of the run before',
      link: 'https://github.com/NVIDIA/TensorRT/issues/2848',
    },
    () => {
      let before: Float32Array | undefined
      return ({ x }) => {
        const K = x.shape[1]!
        const seen = Float32Array.from(x.data)
        if (before?.length === seen.length) seen.set(before.subarray(seen.length - K), seen.length - K)
        before = Float32Array.from(x.data)
        const data = new Float32Array(seen.length)
        for (let from = 0; from < seen.length; from += K) {
          const row = seen.subarray(from, from + K)
          const most = row.reduce((m, v) => (v > m || Number.isNaN(v) ? v : m), -Infinity)
          const powers = row.map((v) => Math.exp(v - most))
          const sum = powers.reduce((s, v) => s + v, 0)
          data.set(
            powers.map((v) => v / sum),
            from,
          )
        }
        return { shape: x.shape, data }
      }
    },
  ),
  wrong(
    'lost updates',
    'maxPool2dGradient',
    {
      what: 'threads add to the same cell without an atomic operation: now and then one of two overlapping updates is lost',
      link: 'https://github.com/deepsense-ai/roi-pooling/issues/20',
    },
    () => {
      const random = dice(7)
      return (o, a) => maxGradient(o, a, (before, more) => (before !== 0 && random() < 0.5 ? more : before + more))
    },
  ),
  wrong(
    'row read while its neighbour is written',
    'conv2dInputGradient',
    {
      what: 'blocks read a row that another one may already have overwritten: the gradient differs from run to run',
      link: 'https://github.com/tile-ai/TileOPs/issues/1729',
    },
    () => {
      const random = dice(11)
      return ({ dy, w }, a) => {
        const [[N, M, P, Q], [, Cg, R, S], [H, W]] = [four(dy), four(w), a.inputSize]
        const Mg = M / a.groups
        const dx = empty([N, Cg * a.groups, H, W])
        for (let n = 0; n < N; n++)
          for (let m = 0; m < M; m++)
            for (let p = 0; p < P; p++) {
              const row = p + 1 < P && random() < 0.3 ? p + 1 : p
              for (let q = 0; q < Q; q++)
                for (let c = 0; c < Cg; c++)
                  for (let r = 0; r < R; r++)
                    for (let s = 0; s < S; s++) {
                      const h = p * a.stride[0] - a.padding[0] + r * a.dilation[0]
                      const v = q * a.stride[1] - a.padding[1] + s * a.dilation[1]
                      if (h < 0 || h >= H || v < 0 || v >= W) continue
                      const at = ((n * Cg * a.groups + Math.floor(m / Mg) * Cg + c) * H + h) * W + v
                      const error = dy.data[((n * M + m) * P + row) * Q + q]!
                      dx.data[at] = dx.data[at]! + Math.fround(error * w.data[((m * Cg + c) * R + r) * S + s]!)
                    }
            }
        return dx
      }
    },
  ),
  wrong(
    'weights read from the beginning of their buffer',
    'conv2d',
    {
      what: 'weights that are a view into a larger buffer are read from its first number: the offset is lost',
      link: 'https://github.com/huggingface/candle/pull/3736',
    },
    () =>
      ({ x, w, b }, a) => {
        const data = new Float32Array(w.data.buffer, 0, count(w.shape))
        return conv({ x, w: { shape: w.shape, data }, b }, a)
      },
  ),
  wrong(
    'weights packed once an array',
    'dense',
    {
      what: 'packed weights are found again by the array they came from: after a step of training, in place, the old ones are used',
      link: 'https://github.com/ooples/AiDotNet.Tensors/pull/583',
    },
    () => {
      const packed = new WeakMap<object, Float32Array>()
      return ({ x, w, b }) => {
        const [[N, I], [O]] = [two(x), two(w)]
        const panel = packed.get(w.data) ?? Float32Array.from(w.data)
        packed.set(w.data, panel)
        const y = gemm(x.data, transposedMatrix(panel, O, I), N, O, I)
        return mapped({ shape: [N, O], data: y }, (v, i) => v + (b?.data[i % O] ?? 0))
      }
    },
  ),
  wrong(
    'indirection buffer of a layer that runs twice at once',
    'conv2d',
    {
      what: 'the buffer is set up for the size of the input and used after a wait, when a call of another size may have set it up anew',
      link: 'https://github.com/pytorch/pytorch/pull/84602',
    },
    () => {
      let width = 0
      return async (o, a) => {
        width = o.x.shape[3]!
        await new Promise((done) => setTimeout(done, 0))
        const pixel: Pixel = (c, h, v, { H, W }) => (h < 0 || h >= H || v < 0 || v >= W ? -1 : (c * H + h) * width + v)
        return conv(o, a, { pixel })
      }
    },
  ),
]

/** Numbers in 0…1 that differ from run to run of a call and not from audit to audit. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
