/** The last lines of a benchmark of layers: geometric means, and what falls behind. */
import type { MedianInterval } from './interval.ts'
import type { Layer } from './layer.ts'

export interface Line {
  readonly layer: Pick<Layer, 'name' | 'flops' | 'attributes'>
  /** Ours as a part of the peak. */
  readonly share: number
  /** The same of a layer prepared over tensors held in memory. */
  readonly heldShare?: number | undefined
  /** Ours over each peer. */
  readonly ratios: Readonly<Record<string, MedianInterval>>
  /** Rates of the gradients over that of the layer. */
  readonly gradients: Readonly<Record<string, number>> | undefined
  /** GFLOP/s. */
  readonly peak: number
}

/** Layers of so many operations have no excuse not to run near the peak. */
const LARGE = 50e6

export function summary(lines: readonly Line[]): string {
  const depthwise = lines.filter(({ layer }) => layer.attributes.groups > 1)
  const direct = lines.filter(({ layer }) => layer.attributes.groups === 1)
  const large = direct.filter(({ layer }) => layer.flops >= LARGE)
  return [
    `SIMD multiply-add peak ${geometricMean(lines.map(({ peak }) => peak)).toFixed(1)} GFLOP/s`,
    ...ratiosText('all layers', lines),
    ...ratiosText('direct', direct),
    ...ratiosText('depthwise', depthwise),
    ...partsText(`${LARGE / 1e6} MFLOP and above, of peak`, large, ({ share }) => share),
    ...partsText(`held, ${LARGE / 1e6} MFLOP and above, of peak`, large, ({ heldShare }) => heldShare),
    ...['dx', 'dw'].flatMap((name) => partsText(`${name}, of forward`, lines, (line) => line.gradients?.[name])),
  ].join('\n')
}

function ratiosText(group: string, lines: readonly Line[]): string[] {
  const peers = Object.keys(lines[0]?.ratios ?? {})
  return peers.map((peer) => {
    const ratios = lines.map(({ layer, ratios }) => ({ name: layer.name, ratio: ratios[peer]!.median }))
    const behind = ratios.filter(({ ratio }) => ratio < 1).map(({ name, ratio }) => `${name} ${ratio.toFixed(2)} ×`)
    const mean = geometricMean(ratios.map(({ ratio }) => ratio)).toFixed(2)
    return `${group} (${lines.length}): ${mean} × ${peer}${behind.length > 0 ? `; behind on ${behind.join(', ')}` : ''}`
  })
}

function partsText(what: string, lines: readonly Line[], part: (line: Line) => number | undefined): string[] {
  const parts = lines.flatMap((line) => part(line) ?? [])
  if (parts.length === 0) return []
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`
  return [`${what} (${parts.length}): ${percent(geometricMean(parts))}, least ${percent(Math.min(...parts))}`]
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
