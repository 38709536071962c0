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

describe('where the line is cut', () => {
  test('a half line at t as well, where a narrow g stands that a panel from end to end would not see', () => {
    const narrow = (u: number) => gauss(u, 1e-4)
    expectIntegral(
      convolutionIntegral(() => 1, narrow, 3, { f: { support: [0, Number.POSITIVE_INFINITY] } }),
      1,
    )
    expectIntegral(
      convolutionIntegral(() => 1, narrow, 3, { f: { support: [Number.NEGATIVE_INFINITY, 5] } }),
      1,
    )
  })
  test('not at all between finite ends, nor where supports only touch', () => {
    const [f, g] = [{ support: [0, 1] }, { support: [0, 2] }] as const
    expect(convolutionIntegral('1', '1', 1, { f, g })).toMatchObject({ evaluations: 15 })
    expect(convolutionIntegral('1', '1', 3, { f, g })).toEqual({ value: 0, error: 0, evaluations: 0 })
  })
})

describe('functions as expressions', () => {
  test('a string is the function it writes, in a variable of any name', () => {
    expectIntegral(convolutionIntegral('exp(-u^2)', 'exp(-x^2)', 0.5), Math.sqrt(Math.PI / 2) * Math.exp(-0.125))
    expectIntegral(convolutionIntegral('abs(s) < 1/2', 'abs(s) < 1/2', 0.25, { f: boxExtent, g: boxExtent }), 0.75)
    expectIntegral(convolutionIntegral('1', 'exp(-pi*t^2)', 3), 1)
  })

  test('a bad one is refused with its name, its text and the mend', () => {
    expect(() => convolutionIntegral('exp(-u', box, 0)).toThrow(
      /^convolutionIntegral: f="exp\(-u" is not an expression: .+; write for example 'exp\(-u\^2\)'$/,
    )
    expect(() => convolutionIntegral(box, 'a*u', 0)).toThrow(
      new ExpressionError('convolutionIntegral: g="a*u" has the variables a, u; use one variable'),
    )
    for (const [f, g, name] of [
      ['z', 'x', 'f'],
      ['x', 'z', 'g'],
    ] as const) {
      expect(() => convolutionIntegral2d(f, g, 0, 0)).toThrow(
        new ExpressionError(`convolutionIntegral2d: ${name}="z" has the variable z; use x and y`),
      )
    }
    expect(new ExpressionError('').name).toBe('ExpressionError')
  })

  test('what gives no real number is refused with the place where it was asked', () => {
    const of = (f: string) => () => convolutionIntegral(f, box, 0, { g: boxExtent })
    // The outermost node of (−½, ½).
    const first = -0.9914553711208126 / 2
    expect(of('0/0')).toThrow(
      new ExpressionError(`convolutionIntegral: f="0/0" gives NaN at {"u":${first}}, not a real number`),
    )
    expect(of('sqrt(v)')).toThrow(
      new ExpressionError(`convolutionIntegral: f="sqrt(v)" gives NaN at {"v":${first}}, not a real number`),
    )
    expect(of("'one'")).toThrow(
      new ExpressionError(`convolutionIntegral: f="'one'" gives one at {"u":${first}}, not a real number`),
    )
    expect(of('nosuch(v)')).toThrow(
      new ExpressionError(`convolutionIntegral: f="nosuch(v)" at {"v":${first}}: Undefined function nosuch`),
    )
    expect(() => convolutionIntegral2d('0/0', '1', 0, 0)).toThrow(/f="0\/0" gives NaN at \{"x":.+,"y":.+\}, not a real/)
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

  const square = { x: { support: [-1, 1] }, y: { support: [-1, 1] } } as const

  test('breakpoints of either axis are met in both integrals: 2×2 panels of 15×15 values', () => {
    const g = { x: { breakpoints: [0.25] }, y: { breakpoints: [-0.5] } }
    const corner = convolutionIntegral2d('1', 'x > 0.25 and y > -0.5', 0, 0, { f: square, g })
    expectIntegral(corner, 0.75 * 1.5)
    expect(corner.evaluations).toBe(900)
  })

  test('the tolerance holds for the outer integral, a hundredth of it for the inner, the limit for both', () => {
    const tight = { f: square, limit: 1, absolute: 0.25, relative: 0.125 }
    expect(() => convolutionIntegral2d('1', '4*(x > 0.25)', 0, 0, tight)).toThrow(
      /absolute=0\.0025 and relative=0\.00125 ×.* after 1 intervals \(limit=1\)/,
    )
    expect(() => convolutionIntegral2d('1', '4*(y > 0.25)', 0, 0, tight)).toThrow(
      /absolute=0\.25 and relative=0\.125 ×.* after 1 intervals \(limit=1\)/,
    )
  })

  test('without a tolerance it is 10⁻¹⁰ or 10⁻⁸ of the integral', () => {
    const limited = { f: square, limit: 1 }
    expect(() => convolutionIntegral2d('1', 'y > 0.25', 0, 0, limited)).toThrow('absolute=1e-10 and relative=1e-8 ×')
    expect(() => convolutionIntegral2d('1', 'x > 0.25', 0, 0, limited)).toThrow('absolute=1e-12 and relative=1e-10 ×')
  })
})
