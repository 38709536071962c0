/**
 * The 7-point Gauss rule inside the 15-point Kronrod rule: 15 values give two estimates of one integral.
 *
 * Gauss is exact for polynomials up to degree 13, Kronrod up to 22. Weights and nodes to the nearest float64.
 * Source: Piessens, de Doncker-Kapenga, Überhuber & Kahaner, QUADPACK (1983), routine qk15.
 */

export interface Estimate {
  readonly value: number
  /** An estimate from above of |value − integral|; heuristic, pessimistic for smooth functions. */
  readonly error: number
  /** How often the function was asked. */
  readonly evaluations: number
}

/** The nodes of one half of the Kronrod rule, outermost first; every second one, from the second on, is a Gauss node. */
const NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
]
const KRONROD_WEIGHTS = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
]
const GAUSS_WEIGHTS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694]

export interface RuleSums {
  readonly kronrod: number
  readonly gauss: number
  /** ∫|f|, by Kronrod. */
  readonly magnitude: number
  /** ∫|f − mean of f|, by Kronrod. */
  readonly spread: number
  /** The integral of f's own errors, by Kronrod: all its weights are positive. */
  readonly carried: number
  readonly evaluations: number
}

/** Both rules over (lo,hi). */
export function gaussKronrod(f: (x: number) => Estimate, lo: number, hi: number): RuleSums {
  const [center, half] = [(lo + hi) / 2, (hi - lo) / 2]
  const values: { weight: number; value: number }[] = []
  let [kronrod, gauss, magnitude, carried, evaluations] = [0, 0, 0, 0, 0]
  NODES.forEach((node, i) => {
    const reach = half * node
    for (const x of node === 0 ? [center] : [center - reach, center + reach]) {
      const y = f(x)
      const weight = half * KRONROD_WEIGHTS[i]!
      values.push({ weight, value: y.value })
      kronrod += weight * y.value
      if (i % 2 === 1) gauss += half * GAUSS_WEIGHTS[(i - 1) / 2]! * y.value
      magnitude += weight * Math.abs(y.value)
      carried += weight * y.error
      evaluations += y.evaluations
    }
  })
  const mean = kronrod / (hi - lo)
  const spread = values.reduce((sum, { weight, value }) => sum + weight * Math.abs(value - mean), 0)
  return { kronrod, gauss, magnitude, spread, carried, evaluations }
}
