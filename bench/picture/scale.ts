/** From numbers to places on paper, and the ticks that say so. */
export interface Scale {
  /** Pixels. */
  at(value: number): number
  readonly ticks: readonly number[]
  readonly domain: readonly [number, number]
  readonly range: readonly [number, number]
}

/** Ticks at 1, 2 or 5 times a power of ten, about `count` of them. */
export function linear(domain: readonly [number, number], range: readonly [number, number], count = 6): Scale {
  const [low, high] = domain
  const raw = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.75)!
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Divided where a step is below 1: 3 · 0.1 is no tenth.
  const tick = (k: number): number => (step < 1 ? k / Math.round(1 / step) : k * step)
  const at = (value: number): number => range[0] + ((value - low) / (high - low)) * (range[1] - range[0])
  return { at, domain, range, ticks: Array.from({ length: last - first + 1 }, (_, i) => tick(first + i)) }
}

/** What a decade is cut into, coarse to fine: the first that gives four ticks is taken. */
const CUTS = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
  Array.from({ length: 90 }, (_, i) => (10 + i) / 10),
] as const

export function logarithmic(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain.map(Math.log)
  const at = (value: number): number => range[0] + ((Math.log(value) - low!) / (high! - low!)) * (range[1] - range[0])
  const cut = (parts: readonly number[]): number[] => {
    const found: number[] = []
    for (let e = Math.floor(low! / Math.LN10) - 1; e <= Math.ceil(high! / Math.LN10); e++)
      for (const part of parts) {
        const value = e < 0 ? part / 10 ** -e : part * 10 ** e
        if (value >= domain[0] * (1 - 1e-9) && value <= domain[1] * (1 + 1e-9)) found.push(value)
      }
    return found
  }
  const all = CUTS.map(cut)
  return { at, domain, range, ticks: all.find((ticks) => ticks.length >= 4) ?? all.at(-1)! }
}

/** A domain around values, all above 0, with a part of its length to spare at both ends, never empty. */
export function logDomain(values: readonly number[], spare = 0.06): [number, number] {
  const logs = values.filter((v) => v > 0 && Number.isFinite(v)).map(Math.log)
  const [low, high] = logs.length > 0 ? [Math.min(...logs), Math.max(...logs)] : [0, 0]
  const beside = Math.max(spare * (high - low), 0.05)
  return [Math.exp(low - beside), Math.exp(high + beside)]
}

/** Three digits that count, no zeros behind them, thousands apart: 0.035, 4.2, 58.7, 12 000. */
export function amount(value: number): string {
  if (value === 0) return '0'
  const short = Number(value.toPrecision(3))
  if (Math.abs(short) < 1e-4 || Math.abs(short) >= 1e7) return short.toExponential().replace('e+', 'e')
  const [whole, part] = String(Math.abs(short)).split('.')
  const grouped = whole!.length > 4 ? whole!.replace(/\B(?=(\d{3})+$)/g, ' ') : whole!
  return `${short < 0 ? '−' : ''}${grouped}${part === undefined ? '' : `.${part}`}`
}
