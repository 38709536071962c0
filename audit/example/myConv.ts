/** An implementation of one's own, as the README shows it: two operators, float32, the rest not offered. */
import type { Implementation } from 'cnn-oracle'

const mine: Implementation = {
  name: 'my-conv',
  precision: 'float32',
  operators: {
    relu: ({ x }) => ({
      shape: x.shape,
      data: Float32Array.from(x.data, (v) => (v > 0 ? v : Number.isNaN(v) ? v : 0)),
    }),
    dense({ x, w, b }) {
      const [N, I, O] = [x.shape[0]!, x.shape[1]!, w.shape[0]!]
      const y = new Float32Array(N * O)
      for (let n = 0; n < N; n++)
        for (let o = 0; o < O; o++) {
          let sum = b?.data[o] ?? 0
          for (let i = 0; i < I; i++) sum += x.data[n * I + i]! * w.data[o * I + i]!
          y[n * O + o] = sum
        }
      return { shape: [N, O], data: y }
    },
  },
}
export default mine
