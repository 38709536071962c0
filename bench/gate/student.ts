/** Student's t distribution: its quantiles, by bisection of the regularized incomplete beta function. */

/** ln Γ(x), x > 0: Stirling's series above 8, the recurrence below. */
function logGamma(x: number): number {
  let [shift, z] = [0, x]
  for (; z < 8; z++) shift += Math.log(z)
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7)
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}

/** I_x(a, b) by its continued fraction, evaluated with Lentz's method. Source: Abramowitz & Stegun 26.5.8. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const tiny = 1e-300
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let [c, d] = [1, 1 / away(1 - ((a + b) * x) / (a + 1))]
  let fraction = d
  for (let m = 1; m < 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let step = 1
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d)
      c = away(1 + term / c)
      step = c * d
      fraction *= step
    }
    if (Math.abs(step - 1) < 1e-14) break
  }
  const front = a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b)
  return (Math.exp(front) * fraction) / a
}

/** P(T > t) with so many degrees of freedom. */
export function tTail(t: number, freedom: number): number {
  const half = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
  return t >= 0 ? half : 1 - half
}

const known = new Map<string, number>()

/** The t that is exceeded with probability `alpha`, 0 < alpha < ½. Few are asked for, over and over. */
export function tQuantile(alpha: number, freedom: number): number {
  const key = `${alpha} ${freedom}`
  const t = known.get(key) ?? bisected(alpha, freedom)
  known.set(key, t)
  return t
}

function bisected(alpha: number, freedom: number): number {
  let [low, high] = [0, 1]
  while (tTail(high, freedom) > alpha) high *= 2
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (tTail(middle, freedom) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}
