import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { type Entry, entrySchema } from '../history/entry.ts'
import { entriesOfHarness, figuresOf, type Part, type Task } from './figure.ts'
import { harnessText } from './harness.ts'
import { startupTasks } from './startup.ts'

/** Takes the milliseconds of each round; that of round 0, which warms, must not count. */
const task = (part: Part, name: string, times: readonly number[], more: Partial<Task> = {}): Task => ({
  part,
  name,
  case: null,
  unit: 'cases',
  time: async (round) => times[round]!,
  ...more,
})
const steady = (ms: number): number[] => [1e9, ms, ms, ms, ms, ms, ms]

const figures = await figuresOf(
  [
    task('textbook', 'conv2d', steady(10), { flops: 5e6, unit: 'calls' }),
    task('audit', 'relu', steady(1)),
    task('audit', 'conv2d', [1e9, 1.9, 2, 2.5, 2.5, 3, 4]),
    task('audit', 'dense', steady(4)),
    task('calls', 'slowest first of 57 conv2d', steady(21)),
    task('calls', 'small, beyond its kernels', steady(0.012)),
    task('startup', 'cnn-oracle --help', steady(160)),
    task('startup', 'node alone', steady(40)),
  ],
  6,
  () => {},
)

it('a figure is the median of its rounds but the first, with its interval, as a time and as a rate', () => {
  const { seconds, rate } = figures[2]!
  expect(seconds).toEqual({ median: 0.0025, low: 0.0019, high: 0.004 })
  expect(rate.median).toBeCloseTo(400, 10)
  expect([rate.low, rate.high]).toEqual([1 / 0.004, 1 / 0.0019])
})

it('the table names the least operator, the median, and which fall short', () => {
  const text = harnessText(figures)
  expect(text).toContain('textbook   conv2d                      0.500 GFLOP/s [0.500, 0.500]')
  expect(text).toContain(
    'audit: least 250 cases/s (dense), median 400 over 3 operators; below 500: dense 250, conv2d 400, within the interval',
  )
  expect(text).toContain('calls: slowest first of 57 conv2d: 21.000 ms, more than 20 ms')
  expect(text).toContain('calls: small, beyond its kernels: 0.012 ms, within 0.02 ms')
  expect(text).toContain('start: 160 ms, 120 ms of it ours; more than 150 ms')
  expect(harnessText(figures.filter(({ name }) => name === 'relu'))).toContain('all reach 500')
})

it('rounds go through all tasks in turn', async () => {
  const order: string[] = []
  const noting = (name: string): Task =>
    task('audit', name, [], { time: async (round) => order.push(`${name}${round}`) })
  await figuresOf([noting('a'), noting('b')], 6, () => {})
  expect(order.slice(0, 5)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2'])
})

it('every figure is a line of the history; a rate of operations has its part of the peak', () => {
  const fingerprint = { cpu: 'Quick', cores: 1, caches: '', os: 'linux', node: '20', v8: '11', flags: [] }
  const run = { schemaVersion: 1, date: '2026-01-01T00:00:00.000Z', commit: null, modified: false } as const
  const entries = entriesOfHarness(figures, {
    ...run,
    fingerprint,
    calibration: { peak: 50, bandwidth: 20, latency: 90 },
  })
  expect(entries.map((entry): Entry => entrySchema.parse(entry))).toEqual(entries)
  expect(entries[0]).toMatchObject({ suite: 'harness', kernel: 'textbook/conv2d', ofPeak: 0.01 })
  expect(entries[1]!.ofPeak).toBeNull()
})

it('where nothing is built the mend is said', () => {
  expect(() => startupTasks(tmpdir())).toThrow(/dist\/cli\/main\.js is not there; run npm run build first/)
})
