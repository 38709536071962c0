/** A plan as lines of text: what a call will do, before it does it. */
import { hasFusedMultiplyAdd } from './kernel/features.ts'
import { lanesOf } from './kernel/lanes.ts'
import { split, widest } from './kernel/slide.ts'
import { blocksOf, flopsOf, isExact, type Layer, type Plan } from './plan.ts'

export function planText(plan: Plan): string {
  const { layer, channels, rows, columns, images, maps } = plan
  const lines = [
    ['algorithm', `${plan.algorithm}: ${layer.Ci}→${layer.Co} channels a group, ${layer.G} groups, ${layer.N} images of ${layer.in.join('×')} → ${layer.out.join('×')}`],
    ['tile', plan.algorithm === 'depthwise' ? 'four columns by up to ten' : tilesText(plan)],
    ['blocks', `${images} images, ${channels} of ${layer.Ci} input channels, ${maps} of ${layer.Co} maps, ${rows} rows, ${columns} columns`],
    ['panel', panelText(plan)],
    ...(plan.algorithm === 'depthwise' ? [] : [['memory', memoryText(plan)]]),
    ['work', `${(flopsOf(layer) / 1e6).toFixed(2)} MFLOP, ${boundText(layer)}`],
    ['kernels', kernelsOf(plan).join(', ')],
  ] // biome-ignore format: one line each
  return lines.map(([name, text]) => `${name!.padEnd(10)}${text}`).join('\n')
}

/** "5×8 8 times, 4×8 4 times a row": columns by lanes. Untiled, the rows of a block are one. */
function tilesText({ layer, rows, columns, tiled }: Plan): string {
  const { full, restWidth } = lanesOf(layer.Co)
  const widths = [...(full > 0 ? [8 as const] : []), ...(restWidth === 0 ? [] : [restWidth])]
  return widths
    .map((lanes) =>
      split(tiled ? columns : rows * columns, widest(tiled ? 8 : lanes, hasFusedMultiplyAdd))
        .map(({ size, times }) => `${size}×${lanes} ${times} times`)
        .join(', '),
    )
    .map((tiles) => `${tiles} a ${tiled ? 'row' : 'block'}`)
    .join('; ')
}

function panelText(plan: Plan): string {
  const { panelRows, panelColumns, padded, tiled } = plan
  const parts = [
    `${panelRows}×${panelColumns} of x`,
    padded ? 'zeros around it' : 'no zeros',
    ...(isExact(plan) ? ['products with them left out'] : []),
    ...(tiled ? ['packed by tiles'] : []),
  ]
  return parts.join(', ')
}

/** What blocks take together. */
export const allOf = (blocks: object): string =>
  kibibytes(Object.values(blocks).reduce((sum: number, numbers: number) => sum + numbers, 0))

export const kibibytes = (numbers: number): string => `${Math.ceil(numbers / 256)} KiB`

function memoryText(plan: Plan): string {
  const blocks = blocksOf(plan)
  return `${allOf(blocks)}: weights packed ${kibibytes(blocks.packed)}, x ${kibibytes(blocks.panel + blocks.tiles)}, sums ${kibibytes(blocks.sums)}, results ${kibibytes(blocks.result)}`
}

function kernelsOf(plan: Plan): string[] {
  const padded = plan.padded ? ['finite', 'border'] : []
  if (plan.algorithm === 'depthwise') return [...padded, 'run']
  return [
    'pack',
    ...padded,
    ...(plan.tiled ? ['tiles'] : []),
    `run${hasFusedMultiplyAdd ? ' (fused multiply-add)' : ''}`,
  ]
}

/** Below this many operations a number moved, memory is the limit: 50 GFLOP/s over 10 GB/s of copies of four bytes. */
const BALANCE = 20

export function boundText(layer: Layer): string {
  const { N, G, Ci, Co, in: [H, W], out: [P, Q], kernel: [R, S] } = layer // biome-ignore format: one line
  const moved = N * G * (Ci * H * W + Co * P * Q) + G * Co * Ci * R * S
  const intensity = flopsOf(layer) / moved
  return `${intensity.toFixed(0)} operations a number moved: bound by ${intensity < BALANCE ? 'memory' : 'compute'}`
}
