import { describe, expect, it } from 'vitest'
import { publishedNetwork } from './published.ts'

describe('a published network', () => {
  it('upscaler has 12 convolutions of 3 to 128 channels, its weights and a picture', () => {
    const { model, files, sample, version } = publishedNetwork('upscaler')
    expect(model.nodes.filter(({ opType }) => opType === 'Conv')).toHaveLength(12)
    expect(model.constants.get('UPN1/kernel')!.shape).toEqual([64, 64, 5, 5])
    expect([files.weights.length, version]).toEqual([888_300, '1.0.0'])
    expect([...sample.subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)))
  })

  const away = { package: 'not-installed', version: '1.2.3', about: '', folder: '', json: '', sample: '' }
  it('that is not installed is refused in one line with the command, as is a name that there is not', () => {
    expect(() => publishedNetwork('away', { away })).toThrow(
      /^--model away: not-installed is not installed; npm install --legacy-peer-deps not-installed@1\.2\.3$/,
    )
    expect(() => publishedNetwork('downscaler')).toThrow(/^--model downscaler: there is upscaler \(.*--onnx FILE$/)
  })
})
