import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { difference, middle, readPicture, writePicture } from './picture.ts'

/** Two pixels beside each other: (10,20,30) and (40,50,60). */
const two = { width: 2, height: 1, depth: 8 as const }
const planes = [10, 40, 20, 50, 30, 60]

describe('pictures', () => {
  it.each([
    ['RGB', 3, [10, 20, 30, 40, 50, 60], planes],
    ['RGB with alpha, which is dropped', 4, [10, 20, 30, 0, 40, 50, 60, 255], planes],
    ['grey', 1, [7, 9], [7, 9, 7, 9, 7, 9]],
    ['grey with alpha', 2, [7, 0, 9, 255], [7, 9, 7, 9, 7, 9]],
  ])('%s come as planes (1,3,H,W)', (_, channels, pixels, expected) => {
    const x = readPicture(encode({ ...two, channels, data: Uint8Array.from(pixels) }))
    expect([x.shape, [...x.data]]).toEqual([[1, 3, 1, 2], expected])
  })

  it('written and read they are the same, clipped to 0…255 and rounded', () => {
    const x = tensor([1, 3, 1, 2], [-3, 300, 1.4, 1.6, 254.7, NaN])
    expect([...readPicture(writePicture(x)).data]).toEqual([0, 255, 1, 2, 255, 0])
  })

  it('the middle of 3×4 is its 2×2 from row 0, column 1', () => {
    const x = tensor([1, 3, 3, 4], Array.from({ length: 36 }, (_, i) => i), 'float32') // biome-ignore format: one tensor
    expect([...middle(x, 2).data]).toEqual([1, 2, 5, 6, 13, 14, 17, 18, 25, 26, 29, 30])
    expect(middle(x, 9).data).toEqual(x.data)
  })

  it('the largest difference becomes white, and numbers that round apart are counted', () => {
    const a = tensor([1, 3, 1, 1], [10, 20.4, 30])
    const { picture, ...facts } = difference(a, tensor([1, 3, 1, 1], [10, 20.6, 30]))
    expect(facts).toMatchObject({ unlike: 1, largest: expect.closeTo(0.2, 12), factor: expect.closeTo(1275, 6) })
    expect([...picture.data]).toEqual([0, 255, 0])
    expect(difference(a, a)).toMatchObject({ unlike: 0, largest: 0, factor: 1 })
    const lost = difference(tensor([1, 3, 1, 1], [NaN, 20.4, 30]), a)
    expect([lost.unlike, ...lost.picture.data]).toEqual([1, 255, 0, 0])
  })

  it('what is no PNG, or has 16 bits, is refused with the mend', () => {
    expect(() => readPicture(Uint8Array.of(1, 2, 3))).toThrow(/it is no PNG .* save it as one/)
    const deep = encode({ ...two, depth: 16, channels: 3, data: new Uint16Array(6) })
    expect(() => readPicture(deep)).toThrow('it has 16 bits a channel; save it with 8')
    expect(() => writePicture(tensor([1, 2, 1, 1], [0, 0]))).toThrow('a picture is (1,3,H,W), not (1,2,1,1)')
  })
})
