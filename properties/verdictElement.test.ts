import { describe, expect, it } from 'vitest'
import { operatorRow } from '../reference/operators.ts'
import { tensor } from '../reference/tensor.ts'
import { type Expectation, expectation } from './bound.ts'
import { verdict } from './verdict.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const ulp = 2 ** -23
/** The largest float32. */
const hugest = (2 - ulp) * 2 ** 127
const one: Expectation = expectation(
  operatorRow('dense'),
  { x: tensor([1, 2], [0.1, 0.2], 'float32'), w: tensor([1, 2], [0.7, 0.9], 'float32') },
  {},
  'float32',
)

describe('each element is held to its own numbers', () => {
  /** What comes out when 1 is expected, ± 2⁻⁴ typically, ± 2⁻² at most, unless told. */
  const given = (
    got: number,
    e: Partial<Record<'value' | 'typical' | 'bound' | 'scale', number>> & { flush?: number },
  ) => {
    const { value = 1, typical = 2 ** -4, bound = 2 ** -2, scale = 1, flush = 0 } = e
    const of = (number: number) => Float64Array.of(number)
    const numbers = { value: of(value), typical: of(typical), bound: of(bound), scale: of(scale), flush: () => flush }
    return verdict(tensor([1, 1], [got], 'float32'), { ...one, ...numbers })
  }

  it.each([
    [1, 'exact', 0],
    [1 + 2 ** -4, 'accurate', 0.25],
    [1 - 2 ** -4, 'accurate', 0.25],
    [1 + 2 ** -3, 'tolerable', 0.5],
    [1 + 2 ** -2, 'tolerable', 1],
    [1 - 2 ** -2, 'tolerable', 1],
    [1.5, 'wrong', 2],
    [inf, 'wrong', inf],
    [nan, 'wrong', inf],
  ] as const)('1 ± 2⁻², ± 2⁻⁴ typically: %d is %s, %d bounds away', (got, grade, worst) => {
    expect(given(got, {})).toMatchObject({ grade, worst })
  })

  it('worst: 0 where nothing differs, ∞ where nothing may, 1 for what an overflow made of it', () => {
    expect(given(1, { bound: 0, typical: 0 }).worst).toBe(0)
    expect(given(nan, { value: nan }).worst).toBe(0)
    expect(given(1.5, { bound: 0, typical: 0 }).worst).toBe(inf)
    expect(given(1.5, { value: nan })).toMatchObject({ grade: 'wrong', worst: inf })
    expect(given(nan, { scale: inf })).toMatchObject({ grade: 'tolerable', worst: 1 })
    expect(given(-inf, { scale: inf })).toMatchObject({ grade: 'tolerable', worst: 1 })
  })

  it('an infinite bound, of more than 1/u terms, excuses no infinity', () => {
    expect(given(100, { bound: inf }).grade).toBe('tolerable')
    expect(given(inf, { bound: inf }).grade).toBe('wrong')
    expect(given(100, { bound: inf, value: inf }).grade).toBe('wrong')
  })

  it('where terms may overflow, what is finite has to keep to the bound', () => {
    // 1 + 2⁻¹⁰ times this is the largest float32 to the last bit.
    const scale = hugest / (1 + 2 ** -10)
    expect(scale * (1 + 2 ** -10)).toBe(hugest)
    expect(given(inf, { scale }).grade).toBe('tolerable')
    expect(given(inf, { scale: scale * (1 - ulp) }).grade).toBe('wrong')
    expect(given(1 + 2 ** -2, { scale }).grade).toBe('tolerable')
    expect(given(1 - 2 ** -2, { scale }).grade).toBe('tolerable')
    expect(given(1.5, { scale }).grade).toBe('wrong')
    expect(given(1.5, { scale, value: nan }).grade).toBe('wrong')
  })

  it('terms of one sign overflow to that sign, and never to NaN', () => {
    const all = { value: 6e38, scale: 6e38 }
    expect(given(inf, all).grade).toBe('exact')
    expect(given(-inf, all)).toMatchObject({ grade: 'wrong', worst: inf })
    expect(given(nan, all)).toMatchObject({ grade: 'wrong', worst: inf })
    const near = { value: -hugest, scale: hugest }
    expect(given(-inf, near).grade).toBe('tolerable')
    expect(given(inf, near).grade).toBe('wrong')
    expect(given(nan, { value: 5e38, scale: 6e38 }).grade).toBe('tolerable')
    // Of one sign but for a part in 2¹⁰, which is what rounding may take of the sum; where the sum is infinite nothing is known.
    const scale = 2 ** 128
    expect(given(nan, { scale, value: scale * (1 - 2 ** -10) }).grade).toBe('wrong')
    expect(given(nan, { scale, value: scale * (1 - 2 ** -9) }).grade).toBe('tolerable')
    expect(given(nan, { scale: inf, value: inf }).grade).toBe('tolerable')
    expect(given(-inf, { scale: inf, value: inf }).grade).toBe('tolerable')
  })

  it('a flush takes as much as it takes, beyond the bound', () => {
    expect(given(1.5, { flush: 2 ** -2 })).toMatchObject({ grade: 'wrong', fault: 'convention' })
    expect(given(1.5 + ulp, { flush: 2 ** -2 })).toMatchObject({ grade: 'wrong', fault: 'wrong' })
  })
})
