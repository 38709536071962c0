/** MobileNet v1, width 1, its convolutions of distinct shape. Source: Howard et al., arXiv:1704.04861, table 1. */
import { perChannel, type Shape, square } from './shape.ts'

/** Channels, extent and stride of each depthwise layer, and the channels its pointwise layer makes. */
const BLOCKS = [
  [32, 112, 1, 64],
  [64, 112, 2, 128],
  [128, 56, 1, 128],
  [128, 56, 2, 256],
  [256, 28, 1, 256],
  [256, 28, 2, 512],
  [512, 14, 1, 512],
  [512, 14, 2, 1024],
  [1024, 7, 1, 1024],
] as const

export const mobilenet: readonly Shape[] = [
  square('mobilenet/conv1', 3, 32, 224, 3, 2),
  ...BLOCKS.flatMap(([C, H, st, M], i) => [
    perChannel(`mobilenet/dw${i + 1}`, C, H, 3, st),
    square(`mobilenet/pw${i + 1}`, C, M, H / st, 1),
  ]),
]
