import { describe, expect, it } from 'vitest'
import { heldAlone, irredundantCover } from './cover.ts'

const sets = (...lists: number[][]) => lists.map((list) => new Set(list))

describe('irredundantCover', () => {
  it('takes what adds most, then what is missing', () => {
    expect(irredundantCover(sets([1], [1, 2, 3], [3, 4], [4]))).toEqual([1, 2])
  })

  it('takes the cheaper of two that add as much', () => {
    expect(irredundantCover(sets([1, 2], [1, 2]), (i) => [5, 3][i]!)).toEqual([1])
  })

  it('takes out again what later choices made superfluous: the greedy first choice', () => {
    // Greedy: {2,3,4,5}, then {1,2,3} and {4,5,6} for 1 and 6, which hold 2 to 5 as well.
    expect(irredundantCover(sets([2, 3, 4, 5], [1, 2, 3], [4, 5, 6]))).toEqual([1, 2])
  })

  it('every set left holds something alone', () => {
    const all = sets([1, 2], [2, 3], [3, 1], [4], [1, 2, 3])
    const chosen = irredundantCover(all)
    expect(chosen).toEqual([3, 4])
    expect(heldAlone(all, chosen)).toEqual([[4], [1, 2, 3]])
  })

  it('nothing to hold, nothing chosen', () => expect(irredundantCover(sets([], []))).toEqual([]))
})
