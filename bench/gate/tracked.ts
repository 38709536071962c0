/** The kernels that the gate holds: one of each kind, small enough that a session of all takes ten seconds. */
export interface Tracked {
  readonly name: string
  readonly descriptor: string
  /** The export of optimized/index.ts that computes it. */
  readonly rung: 'optimized' | 'winograd32'
}

const kernel = (name: string, descriptor: string, rung: Tracked['rung'] = 'optimized'): Tracked => ({
  name,
  descriptor: `${descriptor} @real#1`,
  rung,
})

export const tracked: readonly Tracked[] = [
  kernel('conv3x3', 'conv2d n1c64h28w28 m64r3s3 pd1'),
  kernel('conv3x3-winograd', 'conv2d n1c64h28w28 m64r3s3 pd1', 'winograd32'),
  kernel('conv1x1', 'conv2d n1c128h28w28 m64r1s1'),
  kernel('conv7x7-stride2', 'conv2d n1c3h64w64 m32r7s7 st2 pd3'),
  kernel('depthwise', 'conv2d n1c64h56w56 m64r3s3 pd1 g64'),
  kernel('lenet-batch', 'conv2d n16c1h28w28 m6r5s5'),
  kernel('input-gradient', 'conv2dInputGradient n1c32h28w28 m64r3s3 pd1'),
  kernel('weight-gradient', 'conv2dWeightGradient n1c32h28w28 m64r3s3 pd1'),
  kernel('dense', 'dense n16i512o256 bias'),
  kernel('dense-weight-gradient', 'denseWeightGradient n16i512o256'),
  kernel('max-pool', 'maxPool2d n1c32h56w56 k2 st2'),
  kernel('average-pool', 'averagePool2d n1c32h56w56 k2 st2'),
]
