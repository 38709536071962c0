/** The part of convnetjs 0.3.0 that its adapter uses, read off its source: the package ships no types. */
declare module 'convnetjs' {
  /** A volume: w[((sx·y)+x)·depth + d], and the gradient beside it. c fills w; without it w is random. */
  class Vol {
    constructor(sx: number, sy: number, depth: number, c?: number)
    readonly sx: number
    readonly sy: number
    readonly depth: number
    w: Float64Array
    dw: Float64Array
  }
  interface Size {
    in_sx: number
    in_sy: number
    in_depth: number
  }
  interface Window extends Size {
    sx: number
    sy: number
    stride: number
    pad: number
  }
  class Layer {
    in_act: Vol
    out_act: Vol
    forward(volume: Vol): Vol
    backward(): void
  }
  class ConvLayer extends Layer {
    constructor(options: Window & { filters: number })
    filters: Vol[]
    biases: Vol
  }
  class FullyConnLayer extends Layer {
    constructor(options: Size & { num_neurons: number })
    filters: Vol[]
    biases: Vol
  }
  class PoolLayer extends Layer {
    constructor(options: Window)
  }
  class ReluLayer extends Layer {
    constructor(options: Size)
  }
  class SigmoidLayer extends Layer {
    constructor(options: Size)
  }
  class TanhLayer extends Layer {
    constructor(options: Size)
  }
  class SoftmaxLayer {
    constructor(options: Size)
    in_act: Vol
    forward(volume: Vol): Vol
    /** The loss; y is the index of the class. */
    backward(y: number): number
  }
  class RegressionLayer {
    constructor(options: Size)
    in_act: Vol
    forward(volume: Vol): Vol
    /** The loss; y is the target. */
    backward(y: number[]): number
  }

  interface ConvNet {
    Vol: typeof Vol
    ConvLayer: typeof ConvLayer
    FullyConnLayer: typeof FullyConnLayer
    PoolLayer: typeof PoolLayer
    ReluLayer: typeof ReluLayer
    SigmoidLayer: typeof SigmoidLayer
    TanhLayer: typeof TanhLayer
    SoftmaxLayer: typeof SoftmaxLayer
    RegressionLayer: typeof RegressionLayer
  }
  const convnetjs: ConvNet
  export default convnetjs
  export type { ConvNet, FullyConnLayer, Layer, PoolLayer, Vol }
}
