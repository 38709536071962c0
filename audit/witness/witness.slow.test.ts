/**
 * The textbook held against SciPy and PyTorch, each behind a pipe: who agrees with both has no mistake in common with them.
 * ORACLE_CASES sets how many cases an operator.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import { operators } from '../../reference/operators.ts'
import { judge } from '../judge.ts'
import { pipeImplementation } from '../pipe/pipe.ts'
import { tryByHand } from '../target/byHand/tryByHand.ts'
import { pythonWith, titled } from './python.ts'
import { type Held, hold, pythonProgram, reportText, telling } from './witness.ts'

/** Of 3000 cases of maxPool2dGradient 850 are weak, the most of any operator: 2000 must say something. */
const CASES = Number(process.env.ORACLE_CASES ?? 3000)
const TELLING = (CASES * 2) / 3

const PLANE: readonly OperatorName[] = ['convolve2d', 'correlate2d']
const SEQUENCE: readonly OperatorName[] = ['convolve1d', 'correlate1d']
const NETWORK = operators.map((row) => row.name).filter((name) => ![...PLANE, ...SEQUENCE].includes(name))

interface Witness {
  readonly name: string
  readonly module: string
  readonly command: readonly string[]
  readonly offers: readonly OperatorName[]
  /** Of the cases computed on paper, those that it answers and those that it does not offer. */
  readonly right: number
  readonly refused: readonly string[]
  /** Cases that it would answer by another convention, which its adapter knows. */
  readonly unsupported: readonly string[]
}

const TORCH = {
  module: 'torch',
  offers: NETWORK,
  right: 43,
  refused: ['averagePool2d end padding'],
  unsupported: [
    'averagePool2d n1c1h1w3 k1x2 pd0x0x0x1 x=3,2,1',
    'averagePool2dGradient n1c1h1w3 k1x2 pd0x0x0x1 dy=3,2,1',
    // A third window would start in the padding behind.
    'maxPool2d n1c1h1w2 k1x2 st1x2 pd0x0x0x2 ceil x=1,2',
    // −∞ in the input, beside −∞ of F.pad's.
    'maxPool2dGradient n1c1h1w2 k1x2 pd0x1x0x0 x=-infinity,1 dy=5,7',
  ],
}
const WITNESSES: readonly Witness[] = [
  {
    name: 'scipy',
    module: 'scipy',
    command: ['scipy_witness.py'],
    offers: [...SEQUENCE, ...PLANE],
    right: 8,
    refused: [],
    unsupported: ['correlate2d h1w1 r1s2 same f=1 g=0,1'],
  },
  {
    name: 'scipy/nd',
    module: 'scipy',
    command: ['scipy_witness.py', 'nd'],
    offers: PLANE,
    right: 3,
    refused: [],
    unsupported: [],
  },
  { name: 'torch', command: ['torch_witness.py'], ...TORCH },
  { name: 'torch/float32', command: ['torch_witness.py', 'float32'], ...TORCH },
]

const pythons = new Map(['scipy', 'torch'].map((module) => [module, pythonWith([module])]))

for (const { name, module, command, offers, right, refused, unsupported } of WITNESSES) {
  const python = pythons.get(module)!
  const [program = '', ...args] = command
  describe.skipIf(python.skip)(titled(`the textbook against ${name}`, python), () => {
    let witness: Implementation
    const held: Held[] = []

    beforeAll(async () => {
      witness = await pipeImplementation([python.command, '-B', pythonProgram(program), ...args])
    })
    afterAll(async () => {
      if (held.length > 0) console.info(reportText(name, witness.version, held))
      await witness?.close?.()
    })

    it('the adapter agrees with the cases computed on paper', async () => {
      const outcome = await tryByHand(witness)
      expect(outcome.wrong).toEqual([])
      expect(outcome.refused).toEqual(refused)
      expect(outcome.right).toHaveLength(right)
    })

    it(`the adapter offers ${offers.length} operators`, () => {
      expect(Object.keys(witness.operators).sort()).toEqual([...offers].sort())
    })

    it('the adapter offers nothing that it would answer by another convention', async () => {
      const outcomes = await Promise.all(unsupported.map((text) => judge(witness, parseCase(text))))
      expect(outcomes.map(({ status }) => status)).toEqual(unsupported.map(() => 'unsupported'))
    })

    it.each(offers)(`nothing differs but conventions over ${CASES} cases of %s`, async (operator) => {
      const result = await hold(witness, operator, CASES, 50_000)
      held.push(result)
      expect(result.findings.filter(({ kind }) => kind !== 'convention')).toEqual([])
      expect(result.tally.cases).toBe(CASES)
      expect(telling(result.tally)).toBeGreaterThanOrEqual(TELLING)
    })
  })
}
