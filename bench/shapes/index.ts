/** The layers that benchmarks time, by network. */
import { lenet } from './lenet.ts'
import { mobilenet } from './mobilenet.ts'
import { resnet50 } from './resnet50.ts'
import type { Shape } from './shape.ts'
import { vgg16 } from './vgg16.ts'

export const shapes: readonly Shape[] = [...resnet50, ...vgg16, ...mobilenet, ...lenet]
