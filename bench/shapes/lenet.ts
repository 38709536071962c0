/** LeNet-5, its convolutions, alone and as a batch of 64. Source: LeCun et al. 1998, §II.B, fig. 2, all maps connected. */
import type { Shape } from './shape.ts'

const layers = (N: number): Shape[] => [
  { name: `lenet/c1 N=${N}`, descriptor: `conv2d n${N}c1h28w28 m6r5s5 @real#1` },
  { name: `lenet/c3 N=${N}`, descriptor: `conv2d n${N}c6h14w14 m16r5s5 @real#1` },
  { name: `lenet/c5 N=${N}`, descriptor: `conv2d n${N}c16h5w5 m120r5s5 @real#1` },
]

export const lenet: readonly Shape[] = [...layers(1), ...layers(64)]
