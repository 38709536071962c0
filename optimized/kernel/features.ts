/** What the engine that runs us can do: asked by validating a module that uses it, never by its version. */
import { Assembler } from './assembler.ts'
import { f32x4, i32, v128 } from './expression.ts'

const validates = (module: Assembler): boolean =>
  typeof WebAssembly === 'object' && WebAssembly.validate(module.bytes())

function using(product: 'mul' | 'madd'): Assembler {
  const module = new Assembler()
  module.function('f', (f, at) => {
    const a = v128.load(at.get)
    f.storeV128(i32.const(0), product === 'mul' ? f32x4.mul(a, a) : f32x4.relaxedMadd(a, a, a))
  })
  return module
}

export const hasSimd: boolean = validates(using('mul'))
/** Fused multiply-add, from relaxed SIMD: rounds once, and needs no register for the product. */
export const hasFusedMultiplyAdd: boolean = hasSimd && validates(using('madd'))
