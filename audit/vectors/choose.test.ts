import { describe, expect, it } from 'vitest'
import { chooseVectors } from './choose.ts'

describe('the vectors of an operator', () => {
  const chosen = chooseVectors('relu', 'float32', 1)

  it('kill every mistake but those that are listed', () => {
    const killed = new Set(chosen.vectors.flatMap(({ kills }) => kills))
    expect(chosen.mistakes).toBeGreaterThan(20)
    expect(killed.size + chosen.alive.length).toBe(chosen.mistakes)
  })

  it('each kills a mistake that no other proves wrong', () => {
    expect(chosen.vectors.length).toBeGreaterThan(1)
    for (const { hunts } of chosen.vectors) {
      expect(hunts.length).toBeGreaterThan(0)
      for (const name of hunts) {
        const provers = chosen.vectors.filter((v) => v.kills.includes(name) && !v.conventions.includes(name))
        expect(provers.length, name).toBeLessThanOrEqual(1)
      }
    }
  })

  it('the same seed gives the same vectors, another seed others', () => {
    expect(chooseVectors('relu', 'float32', 1)).toEqual(chosen)
    expect(chooseVectors('relu', 'float32', 2).vectors).not.toEqual(chosen.vectors)
  })

  it('a mistake that no case shows is named: tanh cut off where it is 1 to the last bit', () => {
    expect(chooseVectors('tanh', 'float32', 1).alive).toContain('argument cut off')
  })
})
