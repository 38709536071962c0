import { expect, it } from 'vitest'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { judgeOf } from './admit.ts'
import { clockOf, prepareOwn, rungNamed } from './own.ts'

const named = ['optimized', 'textbook', 'blocked', 'simd', 'session', 'session-fed', 'session-threads', 'winograd'].map(rungNamed) // biome-ignore format: a list

it.each(named)('%s gives the right result before it runs and after', async (name) => {
  const prepare = await prepareOwn(name)
  for (const descriptor of ['conv2d n1c4h9w8 m5r3s3 pd1 bias', 'dense n3i7o5 bias']) {
    const c = parseCase(descriptor)
    const call = instantiate(c, 'float32')
    const shapes = Object.fromEntries(Object.entries(call.operands).map(([operand, t]) => [operand, t?.shape]))
    const judge = judgeOf(c, call, call.row.resultShape(shapes, call.attributes), 0)
    const prepared = await prepare(call)
    for (let i = 0; i < 2; i++) {
      const { shape, data } = await prepared.result()
      const numerics = name === 'winograd' ? 'winograd' : 'sum'
      expect(judge.part({ shape, data: Float32Array.from(data) }, numerics)).toMatchObject({
        grade: expect.any(String),
      })
      await prepared.run()
    }
    await prepared.close()
  }
})

it('a session refuses by name what it does not prepare', async () => {
  const prepare = await prepareOwn('session')
  const call = instantiate(parseCase('maxPool2d n1c2h4w4 k2'), 'float32')
  expect(() => prepare(call)).toThrow(expect.objectContaining({ name: 'Unsupported' }))
})

it('threads are timed by the wall, and what is beside them', () => {
  expect([clockOf(['session', 'session-threads']), clockOf(['simd', 'threads'])]).toEqual(['wall', 'wall'])
  expect(clockOf(['simd', 'session-fed'])).toBe('processor')
})

it('a rung that is none is refused with the nearest', () => {
  expect(() => rungNamed('winogrd')).toThrow(/did you mean winograd\?/)
})
