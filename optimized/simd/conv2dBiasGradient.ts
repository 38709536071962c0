import type { Operands, Tensor } from '../../reference/contract.ts'
import { conv2dBiasGradientShape } from '../../reference/shape/convolution.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { emitPlaneSums } from '../kernel/planeSums.ts'
import { singles } from './singles.ts'

/** Numbers of planes staged at a time: 16 KiB; a larger plane is staged alone. */
const PIECE = 4096
/** Numbers of the largest plane and of the most sums: 1 MiB. */
const MOST = 262144

/**
 * F28. db[m] = Σ_n Σ_p Σ_q dy[n,m,p,q], summed in float64 and rounded once. dy (N,M,P,Q) → (M); undefined where another rung must do
 * it. Throws ShapeError.
 */
export function conv2dBiasGradient(engine: Engine, { dy }: Operands<'conv2dBiasGradient'>): Tensor | undefined {
  const shape = conv2dBiasGradientShape(dy.shape)
  const [N, M, P, Q] = dy.shape as readonly [number, number, number, number]
  const cells = P * Q
  const most = Math.min(M, Math.max(1, Math.floor(PIECE / cells)))
  if (cells > MOST || 4 * M > MOST) return undefined
  const at = engine.place({ dy: most * cells + 4, sums: 4 * M, db: M })
  if (at === undefined) return undefined
  const kernels = engine.kernels(`plane sums ${cells}`, () => {
    const module = new Assembler()
    emitPlaneSums(module, cells)
    return module
  })
  const [add, errors, { view }] = [kernels('add'), singles(dy), engine]
  view.fill(0, at.sums / 4, at.sums / 4 + 4 * M)
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m += most) {
      const planes = Math.min(most, M - m)
      const from = (n * M + m) * cells
      view.set(errors.subarray(from, from + planes * cells), at.dy / 4)
      add(at.dy, at.sums + 16 * m, planes)
    }
  }
  kernels('finish')(at.sums, at.db, M)
  return { shape, data: view.slice(at.db / 4, at.db / 4 + M) }
}
