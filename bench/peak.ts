/** What the machine can do at most: SIMD multiply-adds of WebAssembly that never leave registers. */
import { Assembler } from '../optimized/kernel/assembler.ts'
import { f32x4, i32, v128 } from '../optimized/kernel/expression.ts'

const SUMS = 10
const UNROLLED = 4
const ROUNDS = 50_000

/** Floating-point operations of one call. */
export const peakFlops = 2 * 4 * SUMS * UNROLLED * ROUNDS

/** Ten chains of x·y added to a sum each, as many as the tile of the kernels has. */
export function peakLoop(): () => void {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const module = new Assembler()
  module.function('peak', (f, rounds) => {
    const sums = Array.from({ length: SUMS }, () => f.local('v128'))
    const operands = [f.local('v128'), f.local('v128')] as const
    for (const [i, operand] of operands.entries()) f.set(operand, v128.load(i32.const(16 * i)))
    f.times(rounds.get, () => {
      for (let k = 0; k < UNROLLED; k++) {
        const product = f32x4.mul(operands[0].get, operands[k % 2]!.get)
        for (const sum of sums) f.set(sum, f32x4.add(sum.get, product))
      }
    })
    for (const [i, sum] of sums.entries()) f.storeV128(i32.const(64 + 16 * i), sum.get)
  })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const { peak } = instance.exports
  if (typeof peak !== 'function') throw new TypeError('peak: the module exports no function')
  return () => peak(ROUNDS)
}
