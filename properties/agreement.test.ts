import { expect, it } from 'vitest'
import { agreement } from './agreement.ts'
import { verdict } from './verdict.ts'

/** The grade of one number that another way gave as `value`, ± bound. */
const grade = (got: number, value: number, bound: number): string =>
  verdict(
    { shape: [1], data: Float64Array.of(got) },
    agreement('f', 'float64', [1], Float64Array.of(value), Float64Array.of(bound)),
  ).grade

it('two ways agree within the bound, and not beyond it', () => {
  expect([grade(3, 3, 0), grade(3.5, 3, 0.5), grade(3.5, 3, 0.25), grade(3 + 2 ** -51, 3, 0)]).toEqual([
    'exact',
    'accurate',
    'wrong',
    'wrong',
  ])
})

it('NaN and ±∞ agree with themselves alone, however wide a finite bound is', () => {
  expect([grade(Number.NaN, 3, 1e9), grade(Infinity, 3, 1e9), grade(3, Number.NaN, 1e9)]).toEqual([
    'wrong',
    'wrong',
    'wrong',
  ])
  expect([grade(Number.NaN, Number.NaN, 0), grade(-Infinity, Infinity, 1e9)]).toEqual(['exact', 'wrong'])
})

it('an infinite bound allows anything', () => {
  expect([grade(Infinity, 3, Infinity), grade(Number.NaN, 3, Infinity), grade(-5, 3, Infinity)]).not.toContain('wrong')
})

it('the sentence has the name, both numbers and the bound; no convention excuses a difference', () => {
  const found = verdict(
    { shape: [1], data: Float64Array.of(1) },
    agreement('maxPool2dGradient', 'float64', [1], Float64Array.of(0), Float64Array.of(0)),
  )
  expect(found).toMatchObject({ fault: 'wrong', message: 'maxPool2dGradient: element [0] is 1, expected 0 ± 0' })
})
