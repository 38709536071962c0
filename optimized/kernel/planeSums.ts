import type { Assembler } from './assembler.ts'
import { f64x2, v128 } from './expression.ts'
import { highHalf, kept, lowHalf } from './halves.ts'

/**
 * Emits add(x, sums, planes), which adds the `cells` numbers of each plane to its two float64 of `sums`, and finish(sums, to, planes),
 * which rounds each plane's sum to float32. The last vector of a plane reads up to three numbers beyond it.
 */
export function emitPlaneSums(module: Assembler, cells: number): void {
  const rest = cells % 4
  module.function('add', (f, x, sums, planes) => {
    const [low, high, value] = [f.local('v128'), f.local('v128'), f.local('v128')]
    const take = (): void => {
      f.set(low, f64x2.add(low.get, lowHalf(value.get)))
      f.set(high, f64x2.add(high.get, highHalf(value.get)))
    }
    f.times(planes.get, () => {
      f.set(low, v128.load(sums.get))
      f.set(high, v128.zero)
      f.times(Math.floor(cells / 4), () => {
        f.set(value, v128.load(x.get))
        take()
        f.advance(x, 16)
      })
      if (rest > 0) {
        f.set(value, v128.and(v128.load(x.get), v128.firstLanes(rest)))
        take()
        f.advance(x, 4 * rest)
      }
      f.storeV128(sums.get, f64x2.add(low.get, high.get))
      f.advance(sums, 16)
    })
  })
  module.function('finish', (f, sums, to, planes) => {
    f.times(planes.get, () => {
      const both = kept(f, v128.load(sums.get)).get
      const sum = kept(f, f64x2.demoteZero(f64x2.add(both, v128.shuffle32(both, both, [2, 3, 0, 1]))))
      f.storeLane32(to.get, sum.get, 0)
      f.advance(sums, 16)
      f.advance(to, 4)
    })
  })
}
