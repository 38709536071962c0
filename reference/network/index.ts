/**
 * Networks: a neuron (F7), fully connected networks and their training (F9–F13), the errors under a convolution layer
 * as the book has them (F23, F26), the count of weights (F29), and networks of any layers, the article's among them.
 */
export { type Activation, type ActivationName, activations, slope } from './activation.ts'
export { type ArticleNetwork, type ArticleVariant, articleNetwork, predict } from './articleNetwork.ts'
export { backward, hiddenError, type LayerErrors, layerGradients, outputError } from './backward.ts'
export { convolutionLayerError, poolingLayerError, turn } from './convolutionError.ts'
export { descend } from './descent.ts'
export { type DenseLayer, forward, type LayerValues } from './forward.ts'
export { type Layer, type LayerBackward, layerBackward, layerForward, type Parameters } from './layer.ts'
export {
  backwardNetwork,
  type Cost,
  type CostName,
  costs,
  forwardNetwork,
  type NetworkGradients,
  type NetworkStep,
  networkStep,
} from './layeredNetwork.ts'
export { neuron } from './neuron.ts'
export { convolutionParameters, denseParameters, denseWeights } from './parameters.ts'
export { type TrainingStep, trainingStep } from './trainingStep.ts'
