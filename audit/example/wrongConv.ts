/** conv2d with one mistake: the kernel is read backwards, as a convolution of signals does and a layer does not. */
import type { Implementation } from 'cnn-oracle'

const wrong: Implementation = {
  name: 'wrong-conv',
  precision: 'float32',
  operators: {
    conv2d({ x, w, b }, { stride, padding, dilation, groups }) {
      const [N, C, H, W] = [x.shape[0]!, x.shape[1]!, x.shape[2]!, x.shape[3]!]
      const [M, R, S] = [w.shape[0]!, w.shape[2]!, w.shape[3]!]
      const [Cg, Mg] = [C / groups, M / groups]
      const P = Math.floor((H + padding[0] + padding[2] - dilation[0] * (R - 1) - 1) / stride[0]) + 1
      const Q = Math.floor((W + padding[1] + padding[3] - dilation[1] * (S - 1) - 1) / stride[1]) + 1
      const y = new Float32Array(N * M * P * Q)
      let at = 0
      for (let n = 0; n < N; n++)
        for (let m = 0; m < M; m++)
          for (let p = 0; p < P; p++)
            for (let q = 0; q < Q; q++) {
              let sum = b?.data[m] ?? 0
              for (let c = 0; c < Cg; c++)
                for (let r = 0; r < R; r++)
                  for (let s = 0; s < S; s++) {
                    const h = p * stride[0] - padding[0] + r * dilation[0]
                    const v = q * stride[1] - padding[1] + s * dilation[1]
                    if (h < 0 || h >= H || v < 0 || v >= W) continue
                    const channel = Math.floor(m / Mg) * Cg + c
                    // The mistake: R − 1 − r and S − 1 − s.
                    const k = ((m * Cg + c) * R + (R - 1 - r)) * S + (S - 1 - s)
                    sum += x.data[((n * C + channel) * H + h) * W + v]! * w.data[k]!
                  }
              y[at++] = sum
            }
      return { shape: [N, M, P, Q], data: y }
    },
  },
}
export default wrong
