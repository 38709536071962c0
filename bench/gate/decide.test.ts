import { expect, it } from 'vitest'
import { Random } from '../../properties/random.ts'
import { decide } from './decide.ts'

const around = (center: number, spread: number): number[] =>
  [-1, 1, -0.5, 0.5, -1, 1].map((z) => Math.log1p(center) + spread * z)

it('10 % slower with a spread of 1 % is a FAIL, unchanged code a PASS, too much noise neither', () => {
  expect(decide(around(0.1, 0.01)).outcome).toBe('FAIL')
  expect(decide(around(0, 0.01)).outcome).toBe('PASS')
  expect(decide(around(0.02, 0.2)).outcome).toBe('INCONCLUSIVE')
  expect(decide(around(-0.2, 0.01)).outcome).toBe('PASS')
})

it('a proven slowdown below 3 %, or below twice its own noise, is no FAIL', () => {
  expect(decide(around(0.02, 0.001)).outcome).toBe('PASS')
  expect(decide(around(0.06, 0.001), 0.1).outcome).toBe('INCONCLUSIVE')
})

it('bounds hold the change: 5 % with no spread is 5 %', () => {
  const { change, low, high } = decide(around(0.05, 1e-9))
  for (const value of [change, low, high]) expect(value).toBeCloseTo(0.05, 6)
})

it('on Gaussian noise of 3 % a FAIL needs luck: below 0.5 % of 4000 first looks', () => {
  const random = new Random(7)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())
  let alarms = 0
  for (let i = 0; i < 4000; i++)
    if (decide(Array.from({ length: 6 }, () => 0.03 * normal())).outcome === 'FAIL') alarms++
  expect(alarms).toBeLessThan(20)
})

it('one session decides nothing', () => {
  expect(() => decide([0.1])).toThrow(/at least 2 sessions/)
})
