/** Rows of the signal operators, F2–F6. */
import type { Mode, OperatorName } from '../contract.ts'
import type { OperatorRow } from '../row.ts'
import { planeParts, sequencePart } from '../shape/sequence.ts'
import { convolve1d } from '../signal/convolve1d.ts'
import { convolve2d } from '../signal/convolve2d.ts'
import { correlate1d, correlate2d } from '../signal/correlate.ts'
import { attribute, shape, size } from './read.ts'

const sequence = (name: OperatorName) =>
  ({
    name,
    family: 'sequence',
    kind: 'sum',
    source: 'Oppenheim & Schafer, Discrete-Time Signal Processing, §2.3',
    operands: ['f', 'g'],
    sizes: 'nk',
    attributes: ['mode'],
    linearIn: ['f', 'g'],
    shapes: (z) => ({ f: [size(z, 'n')], g: [size(z, 'k')] }),
    resultShape: (x, a) => [sequencePart(name, shape(x, 'f'), shape(x, 'g'), modeOf(a)).extent],
    terms: (z) => Math.min(size(z, 'n'), size(z, 'k')),
    flops: (z, a) => 2 * size(z, 'k') * sequencePart(name, [size(z, 'n')], [size(z, 'k')], modeOf(a)).extent,
  }) satisfies Partial<OperatorRow>

const plane = (name: OperatorName) =>
  ({
    name,
    family: 'plane',
    kind: 'sum',
    source: 'Gonzalez & Woods, Digital Image Processing, §3.4',
    operands: ['f', 'g'],
    sizes: 'hw rs',
    attributes: ['mode'],
    linearIn: ['f', 'g'],
    shapes: (z) => ({ f: [size(z, 'h'), size(z, 'w')], g: [size(z, 'r'), size(z, 's')] }),
    resultShape: (x, a) => planeParts(name, shape(x, 'f'), shape(x, 'g'), modeOf(a)).map((part) => part.extent),
    terms: (z) => Math.min(size(z, 'h'), size(z, 'r')) * Math.min(size(z, 'w'), size(z, 's')),
    flops: (z, a) => {
      const f = [size(z, 'h'), size(z, 'w')]
      const g = [size(z, 'r'), size(z, 's')]
      const [rows, columns] = planeParts(name, f, g, modeOf(a))
      return 2 * rows.extent * columns.extent * size(z, 'r') * size(z, 's')
    },
  }) satisfies Partial<OperatorRow>

function modeOf(a: { readonly mode?: Mode }): { mode: Mode } {
  return { mode: attribute(a, 'mode') }
}

export const signalRows: readonly OperatorRow[] = [
  {
    ...sequence('convolve1d'),
    formula: 'F2',
    tex: String.raw`(f*g)(n)=\sum_u f(u)\,g(n-u)`,
    textbook: convolve1d,
  },
  {
    ...sequence('correlate1d'),
    formula: 'F6',
    tex: String.raw`(f\star g)(n)=\sum_u f(n+u)\,g(u)`,
    textbook: correlate1d,
  },
  {
    ...plane('convolve2d'),
    formula: 'F5',
    tex: String.raw`(f*g)(x,y)=\sum_u\sum_v f(u,v)\,g(x-u,y-v)`,
    textbook: convolve2d,
  },
  {
    ...plane('correlate2d'),
    formula: 'F6',
    tex: String.raw`(f\star g)(p,q)=\sum_r\sum_s g(r,s)\,f(p+r,q+s)`,
    textbook: correlate2d,
  },
]
