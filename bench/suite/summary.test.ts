import { expect, it } from 'vitest'
import type { Timed } from './run.ts'
import { parseShapes } from './shapes.ts'
import { summary } from './summary.ts'
import { caseText, skippedText } from './text.ts'

const point = (median: number) => ({ median, low: median, high: median })

function timed(descriptor: string, implementation: string, rest: Partial<Timed['measurement']> = {}): Timed {
  const [line] = parseShapes('mine', descriptor, 'mine.txt')
  const measurement = {
    suite: 'mine',
    case: line!.descriptor,
    implementation,
    seconds: point(0.002),
    flops: 60e6,
    bytes: 4e6,
    rate: point(30),
    ofPeak: point(0.5),
    ofBandwidth: point(0.1),
    verdict: 'accurate',
    ...rest,
  }
  return { line: line!, measurement, error: 2e-7, counted: '6 rounds', steady: true }
}
const ratio = (median: number, to = 'peer') => ({ ratio: [{ to, ...point(median) }] })

const all = [
  timed('conv2d n1c8h9w9 m8r3s3 # a', 'ours', ratio(4)),
  timed('conv2d n1c8h9w9 m8r1s1 # b', 'ours', ratio(1)),
  timed('conv2d n1c8h9w9 m8r3s3 g8 # c', 'ours', ratio(0.5)),
  timed('maxPool2d n1c8h9w9 k2 # d', 'ours', ratio(2)),
]

it('a geometric mean by kind of layer, and who is behind by name', () => {
  expect(summary(all, [], ['ours'], [57])).toContain(
    'ours beside peer: all (4) 1.41 ×, conv2d (3) 1.26 ×, direct (2) 2.00 ×, depthwise (1) 0.50 ×, pooling (1) 2.00 ×; behind on c 0.50 ×',
  )
})

it('the part of the peak counts large direct layers alone', () => {
  const small = timed('conv2d n1c1h9w9 m1r3s3', 'ours', { flops: 1e6, ofPeak: point(0.01) })
  expect(summary([...all, small], [], ['ours'], [57])).toContain(
    'ours: conv2d of 50 MFLOP and more, of peak (2): 50 %, least 50 %',
  )
})

it("a gradient is a part of its own layer's rate", () => {
  const gradient = timed('conv2dInputGradient n1c8h9w9 m8r3s3', 'ours', { ofPeak: point(0.4) })
  const other = timed('conv2dInputGradient n1c8h9w9 m8r1s1 st2', 'ours', { ofPeak: point(0.1) })
  expect(summary([...all, gradient, other], [], ['ours'], [57])).toContain(
    "ours: conv2dInputGradient, of the layer's rate (1): 80 %, least 80 %",
  )
})

it('how far the peak moved from case to case stands beside it', () => {
  expect(summary(all, [], ['ours'], [60, 40, 57])).toMatch(
    /^SIMD multiply-add peak 57\.0 GFLOP\/s, from 40\.0 to 60\.0 case by case\n/,
  )
  expect(summary(all, [], ['ours'], [57])).toMatch(/^SIMD multiply-add peak 57\.0 GFLOP\/s\n/)
})

it('beside one mark a ratio stands with who has it, beside several with each of them', () => {
  const [mine] = all
  expect(caseText([mine!])).toBe(
    'mine/a  conv2d n1c8h9w9 m8r3s3 @real#1  60.0 MFLOP, 4.00 MB, 6 rounds\n' +
      '  ours                2.00 ms [2.00, 2.00]        30.0 GFLOP/s [30.0, 30.0]     50 % [50, 50] of peak   10 % [10, 10] of bandwidth   ' +
      'accurate, error 2.0e-7     4.00 × [4.00, 4.00] peer',
  )
  const both = timed('conv2d n1c8h9w9 m8r3s3 # a', 'ours', { ratio: [...ratio(4).ratio, ...ratio(3, 'far').ratio] })
  const lines = caseText([both, timed('conv2d n1c8h9w9 m8r3s3 # a', 'peer')]).split('\n')
  expect(lines[1]).not.toContain('×')
  expect(lines[2]).toContain('ours 4.00 × [4.00, 4.00]')
})

it('what was left out is counted, what is wrong stands alone', () => {
  const entry = { suite: 'mine', implementation: 'peer', message: 'no' }
  expect(
    skippedText([
      { ...entry, case: 'a', why: 'not offered' },
      { ...entry, case: 'b', why: 'wrong', message: 'element [0]' },
      { ...entry, case: 'c', why: 'not offered' },
    ]),
  ).toEqual(['peer: not offered on 2 of the cases, first on a: no', 'peer: WRONG and not timed on mine b: element [0]'])
})
