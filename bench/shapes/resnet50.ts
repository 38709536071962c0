/** ResNet-50, its convolutions of distinct shape, stride in the 3×3 (v1.5). Source: He et al., arXiv:1512.03385, table 1. */
import { type Shape, square } from './shape.ts'

/** Width, extent and input channels of the stages conv2_x … conv5_x. */
const STAGES = [
  [64, 56, 64],
  [128, 28, 256],
  [256, 14, 512],
  [512, 7, 1024],
] as const

function stage([width, H, C]: (typeof STAGES)[number], i: number): Shape[] {
  const name = (part: string): string => `resnet50/conv${i + 2}_${part}`
  const [before, st] = i === 0 ? [H, 1] : [2 * H, 2]
  return [
    square(name('1_reduce'), C, width, before, 1),
    square(name('1_project'), C, 4 * width, before, 1, st),
    ...(st === 1 ? [] : [square(name('1_3x3'), width, width, before, 3, st)]),
    square(name('x_reduce'), 4 * width, width, H, 1),
    square(name('x_3x3'), width, width, H, 3),
    square(name('x_expand'), width, 4 * width, H, 1),
  ]
}

export const resnet50: readonly Shape[] = [square('resnet50/conv1', 3, 64, 224, 7, 2), ...STAGES.flatMap(stage)]
