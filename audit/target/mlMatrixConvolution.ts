/**
 * ml-matrix-convolution: true convolution of a matrix, of the input's size, its centre at ⌊(k−1)/2⌋ as in our 'same'. Its
 * README says "Matrix convolution" and that `direct` and `fft` agree. The border wraps around: a window that leaves the
 * matrix at one edge comes in again at the other, where our 'same' sees zeros. So 'same' is what it offers, and the
 * results differ from ours wherever a window crosses an edge; the other modes it cannot express.
 */
import { type Implementation, type Mode, type Numerics, type Operator, Unsupported } from '../../reference/contract.ts'
import type { Tensor } from '../../reference/tensor.ts'
import { packageVersion } from './packageVersion.ts'
import { byForm, type Forms, type Prepare } from './prepared.ts'
import type { Target } from './target.ts'

type Convolution = typeof import('ml-matrix-convolution').direct

export const mlMatrixConvolution: Target = {
  name: 'ml-matrix-convolution',
  about: 'convolution of matrices with a border that wraps around',
  packages: ['ml-matrix-convolution'],
  async load() {
    const { direct, fft } = await import('ml-matrix-convolution')
    return [
      implementation('ml-matrix-convolution', 'sum', direct),
      implementation('ml-matrix-convolution/fft', 'fft', fft),
    ]
  },
}

/** Its `direct` over rows made once. */
export async function prepareMlMatrixConvolution(): Promise<Prepare> {
  const { direct } = await import('ml-matrix-convolution')
  const forms: Forms<{ readonly f: Tensor; run(): number[] }> = {
    convolve2d: ({ f, g }, { mode }) => {
      refuseOther(mode)
      const [rows, kernel] = [rowsOf(f), rowsOf(g)]
      return { f, run: () => direct(rows, kernel, {}) }
    },
  }
  return (asked) => {
    const { f, run } = byForm('ml-matrix-convolution', forms, asked)
    return { run, result: () => ({ shape: f.shape, data: Float64Array.from(run()) }), close: () => {} }
  }
}

function implementation(name: string, numerics: Numerics, convolve: Convolution): Implementation {
  const convolve2d: Operator<'convolve2d'> = ({ f, g }, { mode }) => {
    refuseOther(mode)
    return { shape: f.shape, data: Float64Array.from(convolve(rowsOf(f), rowsOf(g), {})) }
  }
  return {
    name,
    version: packageVersion('ml-matrix-convolution'),
    precision: 'float64',
    numerics,
    operators: { convolve2d },
  }
}

function refuseOther(mode: Mode): void {
  if (mode === 'same') return
  throw new Unsupported(`convolve2d: ml-matrix-convolution returns a matrix of the input's size, mode='${mode}'`)
}

/** (H,W) → H rows of W numbers. */
function rowsOf({ shape, data }: Tensor): number[][] {
  const W = shape[1]!
  return Array.from({ length: shape[0]! }, (_, h) => Array.from(data.subarray(h * W, (h + 1) * W)))
}
