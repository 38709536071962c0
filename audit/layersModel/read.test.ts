import { describe, expect, it } from 'vitest'
import { layersNetworkJson, layersNetworkSpecs, layersNetworkWeights } from '../../fixtures/layersNetwork.ts'
import { readLayersModel } from './read.ts'

const read = (text: string, bytes = layersNetworkWeights()) => readLayersModel(text, () => bytes)

describe('a network of TensorFlow.js as nodes of ONNX', () => {
  it('has a node a layer, layouts in the contract’s order, parameters behind what comes from layers', () => {
    const { model, files } = read(layersNetworkJson())
    expect(model.nodes.map(({ name, opType, inputs }) => [name, opType, inputs])).toEqual([
      ['c', 'Conv', ['x', 'c/kernel', 'c/bias']],
      ['r', 'Relu', ['c']],
      ['a', 'Add', ['r', 'c']],
      ['j', 'Concat', ['a', 'x']],
      ['u', 'Upsample', ['j']],
    ])
    expect(model.nodes[0]!.attributes).toMatchObject({ kernel_shape: [1, 2], strides: [1, 1], auto_pad: 'SAME_UPPER' })
    expect(model.nodes[4]!.attributes).toMatchObject({ scales: [1, 1, 2, 3] })
    expect(model.inputs).toEqual([{ name: 'x', type: 1, shape: ['', 2, '', 4] }])
    expect(files.topology).toMatchObject({ keras_version: '2' })
  })

  it('(R,S,C,M) = (1,2,2,3) of 0…11 becomes (M,C,R,S): w[m,c,0,s] = 6s + 3c + m', () => {
    const { constants } = read(layersNetworkJson()).model
    expect(constants.get('c/kernel')!.shape).toEqual([3, 2, 1, 2])
    expect([...constants.get('c/kernel')!.data]).toEqual([0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11])
    expect([...constants.get('c/bias')!.data]).toEqual([12, 13, 14])
  })

  it.each([
    ['no JSON', '{', 'it is no JSON'],
    ['another format', layersNetworkJson().replace('layers-model', 'graph-model'), 'format is "graph-model"'],
    [
      'a layer that is not read',
      layersNetworkJson().replace('UpSampling2D', 'Dropout'),
      'layers that are read: InputLayer, Conv2D',
    ],
    [
      'an activation within a convolution',
      layersNetworkJson('c', { activation: 'relu' }),
      'config.activation is "relu"',
    ],
    [
      'channels first',
      layersNetworkJson('c', { data_format: 'channels_first' }),
      'config.data_format is "channels_first"',
    ],
    ['another axis', layersNetworkJson('j', { axis: 1 }), 'config.axis is 1'],
    [
      'quantized weights',
      layersNetworkJson('', {}, [{ ...layersNetworkSpecs[0], quantization: { dtype: 'uint8' } }]),
      'quantization is {',
    ],
    [
      'weights that are missing',
      layersNetworkJson('', {}, [{ ...layersNetworkSpecs[0], name: 'd/kernel' }, layersNetworkSpecs[1]!]),
      'no weights c/kernel',
    ],
    [
      'an input that nothing gives',
      layersNetworkJson().replace('["r",0,0,{}]', '["q",0,0,{}]'),
      'a (Add) takes ["q","c"]',
    ],
    ['a layer of two names', layersNetworkJson('c', { name: 'd' }), 'the layer c is d in its config'],
    ['an addition of one', layersNetworkJson().replace('["r",0,0,{}],', ''), 'two for Add'],
  ])('refuses %s and names it', (_, text, said) => {
    expect(() => read(text)).toThrow(said)
  })

  it('refuses weights that are cut off', () => {
    expect(() => read(layersNetworkJson(), layersNetworkWeights(14))).toThrow(
      'the weights are 56 bytes, 60 are expected',
    )
  })
})
