import { erf } from 'mathjs/number'
import { describe, expect, test } from 'vitest'
import { convolutionIntegral, convolutionIntegral2d, type Estimate, ExpressionError, type Extent } from './index.ts'

const gauss = (u: number, variance: number) => Math.exp(-(u * u) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
const box = (u: number) => (Math.abs(u) <= 0.5 ? 1 : 0)
const boxExtent: Extent = { support: [-0.5, 0.5] }
const causal: Extent = { support: [0, Number.POSITIVE_INFINITY] }
const times = [-1.7, -0.9, -0.25, 0, 0.1, 0.5, 1, 2.3]

/** The truth lies within the stated error, and the stated error is small. */
function expectIntegral({ value, error }: Estimate, truth: number, most = 1e-10): void {
  expect(Math.abs(value - truth)).toBeLessThanOrEqual(error + Number.EPSILON * Math.abs(truth))
  expect(error).toBeLessThanOrEqual(most)
}

describe('F1, against closed forms', () => {
  test('box∗box is the triangle 1−|t|', () => {
    for (const t of times) {
      const both = convolutionIntegral(box, box, t, { f: boxExtent, g: boxExtent })
      expectIntegral(both, Math.max(0, 1 - Math.abs(t)))
    }
  })

  test('the same with jumps named as breakpoints on the whole line, and with jumps nobody named', () => {
    const jumps: Extent = { breakpoints: [-0.5, 0.5] }
    for (const t of times) {
      expectIntegral(convolutionIntegral(box, box, t, { f: jumps, g: jumps }), Math.max(0, 1 - Math.abs(t)))
      expectIntegral(convolutionIntegral(box, box, t), Math.max(0, 1 - Math.abs(t)))
    }
  })

  test('Gaussian∗Gaussian is the Gaussian of the summed variances', () => {
    for (const t of [...times, 12]) {
      const both = convolutionIntegral(
        (u) => gauss(u, 1),
        (u) => gauss(u, 0.25),
        t,
      )
      expectIntegral(both, gauss(t, 1.25))
    }
  })

  test('causal e^(−u)∗e^(−3u) = (e^(−t) − e^(−3t))/2, e^(−u)∗e^(−u) = t e^(−t), both 0 before 0', () => {
    const [slow, fast] = [(u: number) => Math.exp(-u), (u: number) => Math.exp(-3 * u)]
    for (const t of times) {
      const options = { f: causal, g: causal }
      expectIntegral(convolutionIntegral(slow, fast, t, options), t < 0 ? 0 : (Math.exp(-t) - Math.exp(-3 * t)) / 2)
      expectIntegral(convolutionIntegral(slow, slow, t, options), t < 0 ? 0 : t * Math.exp(-t))
    }
  })

  test('box∗Gaussian is a difference of error functions', () => {
    for (const t of times) {
      const both = convolutionIntegral(box, (u) => gauss(u, 0.5), t, { f: boxExtent })
      expectIntegral(both, (erf(t + 0.5) - erf(t - 0.5)) / 2)
    }
  })

  test('g is turned and moved: an uneven g keeps its side, g∗δ-like box follows it', () => {
    // g = ramp on (0,1); box∗g at t is ∫ ramp over (t−½, t+½): at 1 that is ½ − 1/8, at 0 only 1/8.
    const ramp = (u: number) => (u > 0 && u < 1 ? u : 0)
    const options = { f: boxExtent, g: { support: [0, 1] as const } }
    expectIntegral(convolutionIntegral(box, ramp, 1, options), 3 / 8)
    expectIntegral(convolutionIntegral(box, ramp, 0, options), 1 / 8)
  })

  test('the breakpoints of g are turned and moved with it: a jump at 0.3 is met at t − 0.3, in two panels', () => {
    const f: Extent = { support: [-2, 2] }
    const late = convolutionIntegral('1', 'u > 0.3', 1, { f, g: { breakpoints: [0.3] } })
    expectIntegral(late, 2.7)
    expect(late.evaluations).toBe(30)
  })
})

describe('functions as expressions', () => {
  test('a string is the function it writes, in a variable of any name', () => {
    expectIntegral(convolutionIntegral('exp(-u^2)', 'exp(-x^2)', 0.5), Math.sqrt(Math.PI / 2) * Math.exp(-0.125))
    expectIntegral(convolutionIntegral('abs(s) < 1/2', 'abs(s) < 1/2', 0.25, { f: boxExtent, g: boxExtent }), 0.75)
    expectIntegral(convolutionIntegral('1', 'exp(-pi*t^2)', 3), 1)
  })

  test('a bad one is refused with its name, its text and the mend', () => {
    expect(() => convolutionIntegral('exp(-u', box, 0)).toThrow(/f="exp\(-u" is not an expression: .*write for example/)
    expect(() => convolutionIntegral(box, 'a*u', 0)).toThrow(/g="a\*u" has the variables a, u; use one/)
    expect(() => convolutionIntegral('sqrt(u)', box, -2, { g: boxExtent })).toThrow(/not a real number/)
    expect(() => convolutionIntegral('nosuch(u)', box, 0, { g: boxExtent })).toThrow(ExpressionError)
    expect(() => convolutionIntegral2d('z', 'x', 0, 0)).toThrow(/variable z; use x and y/)
  })
})

describe('F4, against closed forms', () => {
  test('Gaussian∗Gaussian in the plane, of other variances along x than along y', () => {
    const f = (x: number, y: number) => gauss(x, 1) * gauss(y, 0.5)
    const g = (x: number, y: number) => gauss(x, 0.5) * gauss(y, 2)
    for (const [x, y] of [
      [0, 0],
      [0.7, -0.3],
      [-1.5, 2],
    ] as const) {
      expectIntegral(convolutionIntegral2d(f, g, x, y), gauss(x, 1.5) * gauss(y, 2.5), 2e-8)
    }
  })

  test('a Gaussian turned against the axes is no product: its covariances add', () => {
    // f has precision [[2,1],[1,2]]/…: exp(−(x²+xy+y²)), covariance A⁻¹ with A=[[2,1],[1,2]]; f∗f has 2A⁻¹.
    const f = 'exp(-(x^2 + x*y + y^2))'
    const mass = (2 * Math.PI) / Math.sqrt(3)
    const [x, y] = [0.4, 0.9]
    const truth = ((mass * mass) / (2 * mass)) * Math.exp(-(x * x + x * y + y * y) / 2)
    expectIntegral(convolutionIntegral2d(f, f, x, y), truth, 1e-7)
  })

  test('box∗box is the pyramid (1−|x|)(1−|y|), and 0 where they do not meet', () => {
    const square = (x: number, y: number) => box(x) * box(y)
    const extent = { x: boxExtent, y: boxExtent }
    for (const [x, y] of [
      [0, 0],
      [0.25, -0.5],
      [-0.9, 0.3],
      [2, 0],
      [0, -1.5],
    ] as const) {
      const truth = Math.max(0, 1 - Math.abs(x)) * Math.max(0, 1 - Math.abs(y))
      expectIntegral(convolutionIntegral2d(square, square, x, y, { f: extent, g: extent }), truth)
    }
  })
})
