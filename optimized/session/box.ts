/** How a layer that slides is shared: boxes of its results. */
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { widest } from '../kernel/slide.ts'
import { flopsOf, type Plan } from '../plan.ts'
import { type Cut, laneCut, NUMBER, unitCut } from '../threads/cut.ts'
import { READ, shared, type Way } from './share.ts'

export type Pair = readonly [from: number, to: number]

/** Groups, maps of each, images, rows and columns, from … to. The outputs of a pointwise layer are one row. */
export interface Box {
  readonly g: Pair
  readonly o: Pair
  readonly n: Pair
  readonly p: Pair
  readonly q: Pair
}

/** Boxes that are all results together, the larger ones first; `inPlace` says that x is read where it lies. */
export function boxesOf({ algorithm, layer }: Plan, inPlace: boolean, threads: number): Box[] {
  const { N, G, Ci, Co, in: [H, W], out: [P, Q], kernel: [R, S] } = layer // biome-ignore format: one line
  const flat = algorithm === 'pointwise'
  const whole: Box = { g: [0, G], o: [0, Co], n: [0, N], p: [0, flat ? 1 : P], q: [0, flat ? P * Q : Q] }
  const filled = inPlace ? 0 : NUMBER * N * G * Ci
  const read = READ * G * Co * Ci * R * S
  const way = (cut: Cut<Box>, repeated: number): Way<Box> => ({ ...cut, repeated })
  const along = (axis: keyof Box) => (from: number, to: number) => ({ ...whole, [axis]: [from, to] })
  const ways = [
    way(unitCut(N, 1, along('n')), read),
    way(unitCut(G, 1, along('g')), 0),
    way(laneCut(Co, along('o')), filled * H * W),
    flat
      ? way(unitCut(P * Q, widest(8, hasFusedMultiplyAdd), along('q')), read)
      : way(unitCut(P, 1, along('p')), read + filled * W * layer.dilation[0] * (R - 1)),
  ]
  return shared(whole, ways, flopsOf(layer), threads)
}
