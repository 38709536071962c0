/** The prepared layers of this project as an implementation: a layer is made, filled, run and read for each call. */
import type { Session } from '../../optimized/session/index.ts'
import type { Implementation } from '../../reference/contract.ts'
import type { Tensor } from '../../reference/tensor.ts'

/** What a session holds it keeps: after so many layers another takes its place, so that memory stays small. */
const LAYERS_A_SESSION = 50

export function prepared(start: () => Session, version: string): Implementation {
  let session = start()
  let layers = 0
  const held = (x: Tensor): ReturnType<Session['tensor']> => {
    if (layers++ % LAYERS_A_SESSION === 0) session = start()
    return session.tensor(x.shape)
  }
  const run = (x: Tensor, at: ReturnType<Session['tensor']>, layer: ReturnType<Session['conv2d']>): Tensor => {
    at.data.set(x.data)
    layer.run()
    return { shape: layer.y.shape, data: layer.y.data.slice() }
  }
  return {
    name: 'session',
    version,
    precision: 'float32',
    operators: {
      conv2d: ({ x, w, b }, attributes) => {
        const at = held(x)
        return run(x, at, session.conv2d({ x: at, w, b }, attributes))
      },
      dense: ({ x, w, b }) => {
        const at = held(x)
        return run(x, at, session.dense({ x: at, w, b }))
      },
    },
  }
}
