/** VGG-16, configuration D, its convolutions of distinct shape. Source: Simonyan & Zisserman, arXiv:1409.1556, table 1. */
import { type Shape, square } from './shape.ts'

const LAYERS = [
  ['conv1_1', 3, 64, 224],
  ['conv1_2', 64, 64, 224],
  ['conv2_1', 64, 128, 112],
  ['conv2_2', 128, 128, 112],
  ['conv3_1', 128, 256, 56],
  ['conv3_2', 256, 256, 56],
  ['conv4_1', 256, 512, 28],
  ['conv4_2', 512, 512, 28],
  ['conv5_1', 512, 512, 14],
] as const

export const vgg16: readonly Shape[] = LAYERS.map(([name, C, M, H]) => square(`vgg16/${name}`, C, M, H, 3))
