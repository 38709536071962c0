/** What a file must be to be gone on from: nothing else is taken for a checkpoint. */
import { describe, expect, test } from 'vitest'
import { checkpointOf, resume } from './checkpoint.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { begin, type Settings } from './trainer.ts'

const settings: Settings = {
  variant: 'max',
  seed: 1,
  batch: 4,
  rate: 0.05,
  momentum: 0.9,
  decay: 0.5,
  weightDecay: 1e-3,
  images: 10,
}
const { tensors, metadata } = checkpointOf(begin(settings, 'float32'))

test('safetensors: eight bytes of length, a JSON header, then the numbers', () => {
  const bytes = writeSafetensors({ tensors: { a: { shape: [2], data: Float32Array.of(1, -2) } }, metadata: { k: 'v' } })
  const length = new DataView(bytes.buffer).getUint32(0, true)
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
    __metadata__: { k: 'v' },
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  })
  expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192])
  expect(() => readSafetensors(bytes.subarray(0, bytes.length - 1), 'f')).toThrow('f: a: (2) of F32 needs 8 bytes')
})

describe('safetensors that are refused', () => {
  const a = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }
  const b = { ...a, data_offsets: [4, 8] }
  const file = (header: string, numbers: number) => {
    const bytes = new Uint8Array(8 + header.length + numbers)
    bytes[0] = header.length
    bytes.set(new TextEncoder().encode(header), 8)
    return bytes
  }

  test('a and b, one behind the other, in any order of the header, are none of them', () => {
    expect(Object.keys(readSafetensors(file(JSON.stringify({ b, a }), 8), 'f').tensors)).toEqual(['b', 'a'])
  })

  test.each([
    ['null', 0, 'f: the header is no JSON object; give a safetensors file'],
    ['[1]', 0, 'f: the header is no JSON object'],
    ['{', 0, 'f: the header is no JSON object'],
    ['{"a":null}', 0, 'f: a: '],
    [JSON.stringify({ a, b: a }), 4, 'f: b: its numbers begin at 0, those before it end at 4'],
    [JSON.stringify({ b }), 8, 'f: b: its numbers begin at 4, those before it end at 0'],
    [JSON.stringify({ a, b }), 9, 'f: the last numbers end at 8 of 9 bytes'],
  ])('%s and %i bytes', (header, numbers, message) => {
    expect(() => readSafetensors(file(header, numbers), 'f')).toThrow(message)
  })
})

test('a checkpoint of before there was a weight decay goes on without, and takes the images there are', () => {
  const { weightDecay: _, images: __, ...older } = settings
  const bundle = { tensors, metadata: { ...metadata, settings: JSON.stringify(older) } }
  expect(resume(bundle, 'float32', 'f', { images: 12 }).settings).toEqual({ ...older, weightDecay: 0, images: 12 })
})

test('epochs and batches done, settings and numbers come back as they were', () => {
  const training = Object.assign(begin(settings, 'float32'), { epoch: 3, done: 2 })
  const again = resume(checkpointOf(training), 'float32', 'f', settings)
  expect(checkpointOf(again)).toEqual(checkpointOf(training))
})

describe('checkpoints that are refused', () => {
  const changed = (change: object) => ({ ...metadata, settings: JSON.stringify({ ...settings, ...change }) })

  test.each([
    [{}, /^f: settings: .*; give a checkpoint of cnn-oracle train$/],
    [{ ...metadata, settings: '{' }, 'f: settings: it is no JSON'],
    [{ ...metadata, settings: 'null' }, 'f: settings: '],
    [{ ...metadata, settings: '{}' }, 'f: settings.variant: '],
    [changed({ variant: 'foo' }), 'f: settings.variant: '],
    [changed({ rate: 'x' }), 'f: settings.rate: '],
    [changed({ rate: 0 }), 'f: settings.rate: '],
    [changed({ batch: 0 }), 'f: settings.batch: '],
    [changed({ batch: -1 }), 'f: settings.batch: '],
    [changed({ seed: 1.5 }), 'f: settings.seed: '],
    [changed({ momentum: 1 }), 'f: settings.momentum: '],
    [changed({ decay: 2 }), 'f: settings.decay: '],
    [changed({ weightDecay: -1 }), 'f: settings.weightDecay: '],
    [changed({ images: 0 }), 'f: settings.images: '],
    [{ ...metadata, epoch: 'x' }, 'f: epoch: it is no whole number'],
    [{ ...metadata, epoch: '-1' }, 'f: epoch: it is no whole number'],
    [{ ...metadata, epoch: '' }, 'f: epoch: it is no whole number'],
    [{ ...metadata, done: '1.5' }, 'f: done: it is no whole number'],
    // 10 images in batches of 4 are 3.
    [{ ...metadata, done: '3' }, 'f: done: 3 batches of an epoch that has 3; give a checkpoint'],
  ])('metadata %j', (metadata, message) => {
    expect(() => resume({ tensors, metadata }, 'float32', 'f', { images: 10 })).toThrow(message)
  })

  test('2 batches done of 3 are none of them', () => {
    expect(resume({ tensors, metadata: { ...metadata, done: '2' } }, 'float32', 'f', { images: 10 }).done).toBe(2)
  })

  const w = tensors['0.w']!
  const { '9.b': _, ...without } = tensors
  test.each([
    [without, 'f: 9.b is missing'],
    [{ ...tensors, '11.w': w }, 'f: 11.w is no parameter of the network max'],
    [{ ...tensors, '0.w': { ...w, shape: [4, 5, 5] } }, 'f: 0.w is (4,5,5), (4,1,5,5) is expected'],
    [
      { ...tensors, '0.w': { ...w, data: Float64Array.from(w.data) } },
      'f: 0.w is of another precision than float32; resume with the --target that wrote it',
    ],
    [{ ...tensors, '0.w': { ...w, data: w.data.with(7, Number.NaN) } }, 'f: 0.w holds NaN'],
  ])('tensors %#', (tensors, message) => {
    expect(() => resume({ tensors, metadata }, 'float32', 'f', { images: 10 })).toThrow(message)
  })

  test.each(['batch', 'decay', 'images', 'momentum', 'rate', 'seed', 'weightDecay'] as const)(
    'another %s than is asked for',
    (key) => {
      const asked = { images: 10, [key]: settings[key] * 2 }
      expect(() => resume({ tensors, metadata }, 'float32', 'f', asked)).toThrow(
        `f: its setting ${key} is ${settings[key]}, not ${asked[key]}; give the same, or begin without --resume`,
      )
    },
  )
})
