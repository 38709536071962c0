import * as runtime from 'onnxruntime-node'
import { afterEach, describe, expect, it } from 'vitest'
import { tensor } from '../../../reference/tensor.ts'
import { oneNodeModel } from './model.ts'
import { Sessions } from './session.ts'

/** y = max(αx, x) for x of one axis. */
const leaky = (alpha: number): Uint8Array =>
  oneNodeModel({
    opType: 'LeakyRelu',
    inputs: [{ name: 'x', precision: 'float32', shape: [null] }],
    outputs: [{ name: 'y', precision: 'float32' }],
    attributes: { alpha: { float: alpha } },
    opset: 16,
  })
const x = tensor([2], [-8, 3], 'float32')

let sessions: Sessions
const open = (capacity: number): Sessions => {
  sessions = new Sessions(runtime, { logSeverityLevel: 4 }, capacity)
  return sessions
}
afterEach(() => sessions.close())

describe('Sessions', () => {
  it('runs a model and returns y with its shape', async () => {
    const y = await open(2).run(leaky(0.5), { x })
    expect(y).toEqual({ shape: [2], data: Float32Array.of(-4, 3) })
  })

  it('keeps one session a model, and no more idle ones than its capacity', async () => {
    open(2)
    for (const alpha of [0.5, 0.5, 0.25]) await sessions.run(leaky(alpha), { x })
    expect(sessions.size).toBe(2)
    await sessions.run(leaky(0.125), { x })
    expect(sessions.size).toBe(2)
    expect((await sessions.run(leaky(0.5), { x })).data[0]).toBe(-4)
  })

  it('does not release a session below a call: more overlapping models than capacity all answer', async () => {
    open(1)
    const alphas = [0.5, 0.25, 0.125, 0.0625]
    const results = await Promise.all(alphas.map((alpha) => sessions.run(leaky(alpha), { x })))
    expect(results.map(({ data }) => data[0])).toEqual([-4, -2, -1, -0.5])
    expect(sessions.size).toBe(1)
  })

  it('forgets a model that cannot be loaded, and says why', async () => {
    open(2)
    await expect(sessions.run(Uint8Array.of(1, 2, 3), { x })).rejects.toThrow()
    expect(sessions.size).toBe(0)
  })
})
