/**
 * Set cover: few sets that together hold everything that any of them holds. The greedy choice takes the set with most that is
 * still missing, and is at most ln(n)+1 times as large as the smallest; what later choices made superfluous is then taken
 * out again, so that each set left holds something that no other does. Source: Chvátal, Math. of OR 4 (1979) 233–235.
 */

/** Indices of the sets chosen, in ascending order. Of sets that add as much the cheaper one is taken, then the earlier. */
export function irredundantCover(
  sets: readonly ReadonlySet<number>[],
  cost: (index: number) => number = () => 1,
): number[] {
  const missing = new Set(sets.flatMap((set) => [...set]))
  const chosen: number[] = []
  while (missing.size > 0) {
    let best = -1
    let gain = 0
    for (const [i, set] of sets.entries()) {
      const adds = countIn(set, missing)
      if (adds > gain || (adds === gain && adds > 0 && cost(i) < cost(best))) [best, gain] = [i, adds]
    }
    chosen.push(best)
    for (const element of sets[best]!) missing.delete(element)
  }
  return withoutSuperfluous(sets, chosen).sort((a, b) => a - b)
}

/** What each of the chosen sets holds alone. */
export function heldAlone(sets: readonly ReadonlySet<number>[], chosen: readonly number[]): number[][] {
  const times = timesHeld(sets, chosen)
  return chosen.map((i) => [...sets[i]!].filter((element) => times.get(element) === 1))
}

/** Late choices are small: the early ones are looked at last, and stay where either would do. */
function withoutSuperfluous(sets: readonly ReadonlySet<number>[], chosen: readonly number[]): number[] {
  const times = timesHeld(sets, chosen)
  return [...chosen].reverse().filter((i) => {
    const needed = [...sets[i]!].some((element) => times.get(element) === 1)
    if (!needed) for (const element of sets[i]!) times.set(element, times.get(element)! - 1)
    return needed
  })
}

function timesHeld(sets: readonly ReadonlySet<number>[], chosen: readonly number[]): Map<number, number> {
  const times = new Map<number, number>()
  for (const i of chosen) for (const element of sets[i]!) times.set(element, (times.get(element) ?? 0) + 1)
  return times
}

function countIn(set: ReadonlySet<number>, missing: ReadonlySet<number>): number {
  let count = 0
  for (const element of set) if (missing.has(element)) count++
  return count
}
