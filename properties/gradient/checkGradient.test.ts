import { describe, expect, it } from 'vitest'
import { blocked32, blocked64 } from '../../optimized/index.ts'
import { type Implementation, type OperatorName, type Tensor, Unsupported } from '../../reference/contract.ts'
import { type AnyOperands, type AttributeBag, callOperator, operatorRow } from '../../reference/operators.ts'
import { tensor } from '../../reference/tensor.ts'
import { textbook, textbook32 } from '../../reference/textbook.ts'
import { sampleCases } from '../arbitrary/case.ts'
import { parseCase, printCase } from '../descriptor.ts'
import { checkGradient } from './checkGradient.ts'
import { judgeNames } from './judge.ts'
import { gradientPairs } from './pair.ts'

const differentiable = [...new Set(gradientPairs.map(({ forward }) => forward))]
const small = (operator: OperatorName, count: number) =>
  sampleCases(operatorRow(operator), 10 * count, 5)
    .filter((c) => Object.values(c.sizes).reduce((a, b) => a * b) <= 300)
    .slice(0, count)

it('every gradient of the contract is the derivative of something', () => {
  const gradients = new Set(gradientPairs.map(({ gradient }) => gradient))
  const named = ['conv2dInputGradient', 'conv2dWeightGradient', 'conv2dBiasGradient', 'maxPool2dGradient'] as const
  const others = ['averagePool2dGradient', 'denseInputGradient', 'denseWeightGradient', 'denseBiasGradient'] as const
  const slopes = ['sigmoidGradient', 'tanhGradient', 'reluGradient', 'softmaxGradient'] as const
  const costs = ['quadraticCostGradient', 'softmaxCrossEntropyGradient'] as const
  for (const name of [...named, ...others, ...slopes, ...costs]) expect(gradients.has(name), name).toBe(true)
})

describe.each([textbook, textbook32, blocked32, blocked64])('$name', (implementation) => {
  it.each(differentiable)('%s: gradients = derivatives, by every judge, in projections', async (forward) => {
    for (const c of sampleCases(operatorRow(forward), 3, 21)) {
      for (const check of await checkGradient(implementation, forward, c, { judges: judgeNames.length })) {
        expect(check, printCase(c)).toMatchObject({ status: 'held' })
        expect(check.judges.length).toBeGreaterThanOrEqual(2)
      }
    }
  })

  it.each(differentiable)('%s: and entry by entry', async (forward) => {
    for (const c of small(forward, 1)) {
      for (const check of await checkGradient(implementation, forward, c, { full: true, judges: 3 })) {
        expect(check, printCase(c)).toMatchObject({ status: 'held' })
      }
    }
  })
})

it('the first judge of what is multilinear is exact', async () => {
  for (const forward of ['conv2d', 'convTranspose2d', 'dense', 'averagePool2d', 'maxPool2d', 'relu'] as const)
    for (const check of await checkGradient(textbook, forward, small(forward, 1)[0]!))
      expect(check.judges[0]).toBe('exact differences')
})

/** The implementation with one operator's answer changed. */
function mutant(
  operator: OperatorName,
  change: (honest: Tensor, operands: AnyOperands<number>, attributes: AttributeBag) => Tensor,
  of: Implementation = textbook,
): Implementation {
  const run = (operands: AnyOperands<number>, attributes: AttributeBag): Tensor => {
    const honest = callOperator(of, operator, operands, attributes)
    if (honest === undefined || honest instanceof Promise) throw new Error(`${operator} is not there`)
    return change(honest, operands, attributes)
  }
  return { ...of, name: 'mutant', operators: { ...of.operators, [operator]: run } }
}

const mapped = (t: Tensor, f: (v: number, i: number) => number): Tensor => tensor(t.shape, t.data.map(f))

describe('a mistake in any gradient is found, in one entry alone as well', () => {
  it.each(gradientPairs.map((pair) => [pair.forward, pair.operand, pair.gradient] as const))(
    '%s by %s: %s',
    async (forward, operand, gradient) => {
      const c = small(forward, 1)[0]!
      const wrong = mutant(gradient, (honest) => {
        const at = honest.data.findIndex((v) => v !== 0)
        return mapped(honest, (v, i) => (i === at ? 1.01 * v : v))
      })
      const checks = await checkGradient(wrong, forward, c)
      const check = checks.find((k) => k.gradient === gradient && k.operand === operand)!
      expect(check, printCase(c)).toMatchObject({ status: 'broken', gradient, operand })
      expect(check.message).toMatch(new RegExp(`^${gradient}: ∂y\\[.*\\]/∂${operand}\\[.*\\] is .*apart, bound`))
      expect(check.message).toContain(printCase(c))
      expect(check.entry!.opinions.length).toBeGreaterThanOrEqual(2)
    },
  )

  const mistakes: Readonly<Record<string, (honest: Tensor) => Tensor>> = {
    'twice as large': (honest) => mapped(honest, (v) => 2 * v),
    'of the wrong sign': (honest) => mapped(honest, (v) => -v),
    'off by 1e-5': (honest) => mapped(honest, (v) => (1 + 1e-5) * v),
    'in the wrong order': ({ shape, data }) => ({ shape, data: data.slice().reverse() }),
    NaN: (honest) => mapped(honest, (v, i) => (i === 0 ? Number.NaN : v)),
  }
  it.each(Object.keys(mistakes))('any gradient %s is broken', async (name) => {
    for (const { forward, operand, gradient } of gradientPairs) {
      const c = small(forward, 1)[0]!
      let changes = false
      const wrong = mutant(gradient, (honest) => {
        const changed = mistakes[name]!(honest)
        changes ||= honest.data.some((v, i) => !Object.is(v, changed.data[i]))
        return changed
      })
      const check = (await checkGradient(wrong, gradient, c)).find((k) => k.operand === operand)!
      // A gradient of one number has one order.
      if (changes) expect(check, printCase(c)).toMatchObject({ status: 'broken' })
      else expect(name).toBe('in the wrong order')
    }
  })

  it('the message says which entry, what each judge said, and how far apart', async () => {
    const c = parseCase('conv2d n1c1h3w3 m1r2s2')
    const turned = mutant('conv2dWeightGradient', ({ shape, data }) => ({ shape, data: data.slice().reverse() }))
    const [check] = await checkGradient(turned, 'conv2dWeightGradient', c)
    expect(check!.message).toMatch(
      /^conv2dWeightGradient: ∂y\[0,0,0,0\]\/∂w\[0,0,0,0\] is -?\d; exact differences: -?\d \(\d apart, bound 0\); its own forward: -?\d \(\d apart, bound 0\); conv2d n1c1h3w3 m1r2s2 @real#1, whole numbers of seed 1$/,
    )
  })

  it('a gradient that is not linear in dy is found though every entry is right', async () => {
    const squared = mutant('denseInputGradient', (honest, { dy }) =>
      mapped(honest, (v) => (Array.from(dy!.data).filter((d) => d !== 0).length > 1 ? v + 1 : v)),
    )
    const [check] = await checkGradient(squared, 'denseInputGradient', parseCase('dense n2i3o4'))
    expect(check).toMatchObject({ status: 'broken' })
    expect(check!.message).toContain('not linear in dy')
  })
})

describe('ties and kinks: what lies between the one-sided slopes holds, and the rule is named', () => {
  const tie = parseCase('maxPool2d n1c1h2w2 k2 x=5,5,5,1')
  const kink = parseCase('relu n1c1h1w3 x=0,2,-3')
  const rule = async (implementation: Implementation, c = tie): Promise<string | undefined> => {
    const [check] = await checkGradient(implementation, c.operator, c)
    expect(check).toMatchObject({ status: 'held' })
    return check!.tieRule
  }
  const share = (weights: readonly number[]): Implementation =>
    mutant('maxPool2dGradient', (honest, { x, dy }) =>
      // Only the tie is shared otherwise; between ties the honest gradient stands.
      Array.from(x!.data).filter((v) => v === 5).length === 3
        ? mapped(honest, (_, i) => weights[i]! * dy!.data[0]!)
        : honest,
    )

  it('the contract gives a tie to the first, and relu the slope 0 at 0', async () => {
    expect(await rule(textbook)).toBe('a tie goes to the first of the window')
    expect(await rule(blocked32, kink)).toBe('the slope of relu at 0 is 0')
  })

  it('others: to the last, to every cell, shared evenly, the slope 1, and one that nobody knows', async () => {
    expect(await rule(share([0, 0, 1, 0]))).toBe('a tie goes to the last of the window')
    expect(await rule(share([1, 1, 1, 0]))).toBe('a tie goes to every cell that is the maximum')
    expect(await rule(share([1 / 3, 1 / 3, 1 / 3, 0]))).toBe('a tie is shared evenly')
    expect(await rule(share([0.5, 0.25, 0.25, 0]))).toBe('no known tie rule')
    const one = mutant('reluGradient', (honest, { x, dy }) =>
      mapped(honest, (v, i) => (x!.data[i] === 0 ? dy!.data[i]! : v)),
    )
    expect(await rule(one, kink)).toBe('the slope of relu at 0 is 1')
  })

  it('what lies outside is wrong: 2 where the slopes are 0 and 1', async () => {
    const [check] = await checkGradient(share([2, 0, 0, 0]), 'maxPool2d', tie)
    expect(check).toMatchObject({ status: 'broken' })
    expect(check!.message).toMatch(/∂E\/∂x\[0,0,0,0\] is .*; the one-sided slopes are .* no number between them/)
  })

  it('NaN lies between nothing, and away from a kink the slope is one number', async () => {
    const instead = (at: number, value: number): Implementation =>
      mutant('reluGradient', (honest, { x }) =>
        // Only where the case has its kink, so that the projection on other numbers sees nothing.
        Array.from(x!.data).includes(0) ? mapped(honest, (v, i) => (x!.data[i] === at ? value : v)) : honest,
      )
    for (const wrong of [instead(0, Number.NaN), instead(-3, 99), instead(2, Number.NaN)]) {
      const [check] = await checkGradient(wrong, 'relu', kink)
      expect(check).toMatchObject({ status: 'broken' })
      expect(check!.message).toContain('the one-sided slopes are')
    }
  })

  it('no tie, no rule', async () => {
    expect(await rule(textbook, parseCase('maxPool2d n1c1h2w2 k2 x=5,4,3,1'))).toBeUndefined()
  })
})

describe('what cannot be checked says so', () => {
  const c = parseCase('dense n2i3o4')
  it('not offered, unsupported, thrown, another shape, another type', async () => {
    const status = async (implementation: Implementation) =>
      (await checkGradient(implementation, 'denseInputGradient', c)).map(
        ({ status, message }) => `${status}: ${message}`,
      )
    const { denseInputGradient: _, ...rest } = textbook.operators
    expect(await status({ ...textbook, operators: rest })).toEqual(['not offered: undefined'])
    const failing = (error: Error) =>
      mutant('denseInputGradient', () => {
        throw error
      })
    expect(await status(failing(new Unsupported('no')))).toEqual([expect.stringMatching(/^unsupported: no; dense/)])
    expect(await status(failing(new Error('out of luck\nstack')))).toEqual([
      expect.stringMatching(/^broken: denseInputGradient: threw: out of luck; dense n2i3o4/),
    ])
    const flat = mutant('denseInputGradient', ({ data }) => ({ shape: [6], data }))
    expect(await status(flat)).toEqual([expect.stringContaining('shape (6), expected (2,3)')])
    const typed = mutant('denseInputGradient', ({ shape, data }) => ({ shape, data: Float32Array.from(data) }))
    expect(await status(typed)).toEqual([expect.stringContaining('float64 needs a Float64Array')])
  })

  it('an operator without gradients, a gradient of something else, values without a slope: RangeError with the mend', async () => {
    await expect(checkGradient(textbook, 'convolve1d', parseCase('convolve1d n3k2'))).rejects.toThrow(
      /convolve1d has no gradient in the table; take a case of one of conv2d, /,
    )
    await expect(checkGradient(textbook, 'conv2dInputGradient', c)).rejects.toThrow(
      /conv2dInputGradient is no gradient of dense, .* its gradients are denseInputGradient, /,
    )
    await expect(checkGradient(textbook, 'tanh', parseCase('tanh n1c1h1w2 x=nan,1'))).rejects.toThrow(
      /x holds NaN or ±∞/,
    )
  })

  it('options with which nothing is compared, and an implementation that is none: RangeError with the mend', async () => {
    for (const count of [0, -1, 1.5, Number.NaN, '2' as never]) {
      await expect(checkGradient(textbook, 'dense', c, { projections: count })).rejects.toThrow(
        /^checkGradient: projections is .*; give a whole number from 1 on/,
      )
      await expect(checkGradient(textbook, 'dense', c, { judges: count })).rejects.toThrow(/^checkGradient: judges is /)
    }
    for (const none of [null, undefined, {}, { operators: {} }, 3])
      await expect(checkGradient(none as never, 'dense', c)).rejects.toThrow(
        /^checkGradient: the implementation is .*; give \{ name, precision/,
      )
  })

  it('a Jacobian that is too large: the projection is reported, and asking for all of it is refused', async () => {
    const large = parseCase('dense n70i70o70')
    const wrong = mutant('denseInputGradient', (honest) => mapped(honest, (v, i) => (i === 0 ? v + 1 : v)))
    const [check] = await checkGradient(wrong, 'denseInputGradient', large)
    expect(check).toMatchObject({ status: 'broken' })
    expect(check!.message).toContain('too large to find the entry; take smaller sizes')
    await expect(checkGradient(textbook, 'denseInputGradient', large, { full: true })).rejects.toThrow(
      /a Jacobian of 4900 × 4900 entries/,
    )
  })

  it('Winograd is held to its normwise bound, and entry by entry a mistake shows beyond it', async () => {
    const fast: Implementation = { ...textbook32, numerics: 'winograd' }
    const at = parseCase('conv2d n1c2h6w6 m2r3s3 pd1')
    for (const check of await checkGradient(fast, 'conv2d', at, { full: true }))
      expect(check).toMatchObject({ status: 'held' })
    const turned = mutant('conv2dInputGradient', ({ shape, data }) => ({ shape, data: data.slice().reverse() }), fast)
    const [check] = await checkGradient(turned, 'conv2dInputGradient', at, { full: true })
    expect(check).toMatchObject({ status: 'broken' })
  })

  it('a slope that overflows leaves all judges silent: undecided', async () => {
    const [check] = await checkGradient(textbook, 'sigmoid', parseCase('sigmoid n1c1h1w1 x=-1e6'), { judges: 1 })
    expect(check).toMatchObject({ status: 'undecided' })
    expect(check!.message).toContain('no judge has an opinion (dual numbers)')
  })

  it('an implementation whose forward operator is broken does not spoil the verdict on its gradient', async () => {
    const broken = mutant('dense', () => {
      throw new Error('forward')
    })
    const [check] = await checkGradient(broken, 'denseInputGradient', c)
    expect(check).toMatchObject({ status: 'held' })
  })

  it('a forward operator that is wrong does not fit its gradient, and the message says which of both to look at', async () => {
    const doubled = mutant('dense', (honest) => mapped(honest, (v, i) => (i === 0 ? 2 * v : v)))
    const [check] = await checkGradient(doubled, 'denseInputGradient', c)
    expect(check).toMatchObject({ status: 'broken' })
    expect(check!.message).toContain('all others agree with denseInputGradient: look at dense first')
    const both = mutant('denseInputGradient', (honest) => mapped(honest, (v) => v + 1), doubled)
    const [other] = await checkGradient(both, 'denseInputGradient', c)
    expect(other!.message).not.toContain('look at dense first')
  })
})

it('150,528 values: no stack overflows', async () => {
  const [check] = await checkGradient(blocked32, 'sigmoid', parseCase('sigmoid n1c3h224w224'))
  expect(check).toMatchObject({ status: 'held' })
}, 60_000)

describe('where rounding is allowed for, one wrong entry of many is found and named', () => {
  const without = (at: number, instead = 0): Implementation =>
    mutant(
      'sigmoidGradient',
      (honest) => ({ ...honest, data: honest.data.map((v, i) => (i === at ? instead : v)) }),
      textbook32,
    )

  it('NaN and ∞ too', async () => {
    for (const instead of [Number.NaN, Infinity]) {
      const [check] = await checkGradient(without(7, instead), 'sigmoid', parseCase('sigmoid n1c1h8w8 @image#3'))
      expect(check).toMatchObject({ status: 'broken', entry: { input: [0, 0, 0, 7], got: instead } })
    }
  })

  it('of 64 to 1,024 sigmoids in float32', async () => {
    for (const size of ['h8w8', 'h8w24', 'h32w32']) {
      // All slopes lie between 0.19 and 0.25.
      const c = parseCase(`sigmoid n1c1${size} @image#3`)
      for (let seed = 1; seed <= 5; seed++) {
        const [check] = await checkGradient(without(7), 'sigmoid', c, { seed })
        expect(check).toMatchObject({ status: 'broken', entry: { output: [0, 0, 0, 7], input: [0, 0, 0, 7], got: 0 } })
      }
      expect(await checkGradient(textbook32, 'sigmoid', c)).toMatchObject([{ status: 'held' }])
    }
  }, 60_000)

  it('a sign error in 1,024 slopes: the entry is found by halves, not column by column', async () => {
    const turned = mutant('sigmoidGradient', (honest) => mapped(honest, (v) => -v))
    const start = performance.now()
    const [check] = await checkGradient(turned, 'sigmoid', parseCase('sigmoid n1c1h32w32'))
    expect(check!.message).toMatch(/^sigmoidGradient: ∂y\[.*\]\/∂x\[.*\] is -/)
    expect(check!.compared).toBeLessThan(100)
    expect(performance.now() - start).toBeLessThan(10_000)
  }, 60_000)
})
