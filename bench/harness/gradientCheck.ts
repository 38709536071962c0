/** The gradient check that is timed, here and beside PyTorch's: all three gradients of conv2d, float64. */
import { blocked64 } from '../../optimized/index.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { checkGradient } from '../../properties/gradient/checkGradient.ts'

export const GRADIENT_CASE = 'conv2d n2c3h8w8 m4r3s3 pd1'
const c = parseCase(GRADIENT_CASE)

/** By the full Jacobian, or by one random projection. */
export type Mode = 'full' | 'fast'

export async function gradientCheck(mode: Mode): Promise<void> {
  const checks = await checkGradient(blocked64, 'conv2d', c, { full: mode === 'full' })
  if (checks.length !== 3 || checks.some(({ status }) => status !== 'held'))
    throw new Error(`a check that does not hold is not timed: ${checks.map(({ message }) => message).join('; ')}`)
}
