import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { documentOf } from '../history/document.ts'
import { type Entry, perFrozenOf } from '../history/entry.ts'
import { seriesOf } from '../history/series.ts'
import type { BenchDocument, Measurement } from '../measure/record.ts'
import { historyPicture } from './history.ts'
import { peersPicture } from './peers.ts'
import { fitted, widthOf } from './svg.ts'
import { picturesOf } from './write.ts'

const around = (median: number, part = 0.1) => ({ median, low: median * (1 - part), high: median * (1 + part) })
const calibration = { peak: 60, bandwidth: 25, latency: 90 }
const machine = { cpu: 'A <b> & c', cores: 2, os: 'linux-x64', node: '20.19.0', v8: '11.3' }

function measurement(name: string, i: number, implementation: string, rung?: string): Measurement {
  const flops = 1e6 * 10 ** ((i % 13) / 4)
  const rate = 0.3 * 2.3 ** ((i + implementation.length + (rung?.length ?? 0)) % 7)
  const ratio = ['tfjs-wasm', 'onnxruntime-web'].map((to, j) => ({ to, ...around(0.5 + ((i + j) % 9) / 3, 0.2) }))
  return {
    suite: 'résumé & more',
    case: name,
    implementation,
    seconds: around(flops / rate / 1e9),
    flops,
    bytes: flops / (0.3 * 1.7 ** (i % 8)),
    rate: around(rate),
    ofPeak: around(rate / 60),
    ofBandwidth: around(0.1),
    verdict: 'accurate',
    ...(rung === undefined ? {} : { rung }),
    ...(rung === 'simd' ? { ratio } : {}),
  }
}

const documentWith = (count: number, name: (i: number) => string): BenchDocument =>
  documentOf(
    {
      schemaVersion: 1,
      tool: { name: 'cnn-oracle', version: '0.1.0' },
      date: '2026-01-01T00:00:00.000Z',
      modified: false,
      environment: { ...machine, wasm: ['simd'], commit: null },
      fingerprint: { ...machine, caches: 'unknown', flags: [] },
      interrupted: false,
      skipped: [],
      calibration,
      measurements: Array.from({ length: count }, (_, i) => [
        ...['textbook', 'blocked', 'simd', 'threads'].map((rung) => measurement(name(i), i, rung, rung)),
        measurement(name(i), i, 'tfjs-wasm'),
      ]).flat(),
    },
    'test',
  )

const documents = {
  'one case': documentWith(1, () => 'conv2d n1c1h28w28 m6r5s5 @real#1'),
  'six cases': documentWith(6, (i) => `conv2d n1c${i + 1}h28w28 m6r5s5 @real#1`),
  '50 cases with long names': documentWith(
    50,
    (i) => `conv2dWeightGradient n16c${i + 3}h112w131 m129r3s5 st2,1 pd1,2,1,0 dl2 g${i + 1} bias <x> & "y" @real#1`,
  ),
}

const commit = (i: number): string => (i * 7919 + 1e9).toString(16).padStart(40, 'a')
function entry(kernel: string, i: number, milliseconds: number): Entry {
  const seconds = around(milliseconds / 1000, 0.02)
  return {
    schemaVersion: 1,
    date: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
    commit: commit(i),
    modified: i % 3 === 1,
    base: null,
    suite: 'gate',
    kernel,
    case: null,
    ratios: [],
    ratio: null,
    verdict: 'PASS',
    seconds,
    perFrozen: perFrozenOf(seconds, calibration),
    ofPeak: null,
    fingerprint: { cpu: 'A <b> & c', cores: 2, caches: 'L2 1M', os: 'linux', node: '20.19.0', v8: '11.3', flags: [] },
    calibration,
  }
}
const runs = (count: number, kernel: string): Entry[] =>
  Array.from({ length: count }, (_, i) => entry(kernel, i, (i < count / 2 ? 1 : 1.2) * (1 + 0.01 * Math.sin(7 * i))))

interface Written {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly text: string
}

/** Where the letters of a picture stand; those that are turned are left out. */
function writing(svg: string): Written[] {
  const elements = [...svg.matchAll(/<text ([^>]*)>(?:<title>.*?<\/title>)?([^<]*)<\/text>/g)]
  return elements.flatMap(([, attributes, content]) => {
    const of = (name: string): string | undefined => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes!)?.[1]
    if (of('transform')) return []
    const text = content!
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
    const [x, y, size] = [Number(of('x')), Number(of('y')), Number(of('font-size'))]
    const width = widthOf(text, size)
    const left = x - { start: 0, middle: width / 2, end: width }[of('text-anchor') ?? 'start']!
    return text === '' ? [] : [{ left, right: left + width, top: y - 0.75 * size, bottom: y + 0.15 * size, text }]
  })
}

const pictures = [
  ...Object.entries(documents).flatMap(([name, document]) =>
    picturesOf(document).map(({ file, svg }) => [`${name}, ${file}`, svg] as const),
  ),
  ...[1, 3, 40, 200].map(
    (count) =>
      [
        `${count} runs`,
        historyPicture(seriesOf([...runs(count, 'conv3x3'), ...runs(count, 'k'.repeat(120))])),
      ] as const,
  ),
]

it('a suite has four pictures, named after it', () => {
  expect(picturesOf(documents['six cases']).map(({ file }) => file)).toEqual(
    ['rate', 'roofline', 'ladder', 'peers'].map((kind) => `bench/report/r-sum-more-${kind}.svg`),
  )
})

it.each(pictures)('%s: well-formed, no text over another or beyond the edge, no NaN', (_, svg) => {
  expect(XMLValidator.validate(svg)).toBe(true)
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  expect(svg).not.toMatch(/<script|href=|@import/)
  const { width, height } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(svg).svg
  const all = writing(svg)
  expect(all.length).toBeGreaterThan(5)
  for (const { left, right, top, bottom, text } of all)
    expect([left >= 0, right <= Number(width), top >= 0, bottom <= Number(height)], text).toEqual([
      true,
      true,
      true,
      true,
    ])
  const over = all.flatMap((a, i) =>
    all
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => [a.text, b.text]),
  )
  expect(over).toEqual([])
})

it('a rung beside another is no peer, and each of ours has a mean of its own', () => {
  const against = (implementation: string, to: string): Measurement => ({
    ...measurement('conv2d n1c1h28w28 m6r5s5 @real#1', 0, implementation),
    ratio: [{ to, ...around(2) }],
  })
  expect(peersPicture('lenet', [against('simd', 'textbook'), against('session', 'optimized')])).toBeUndefined()
  const means = (all: readonly Measurement[]) => peersPicture('lenet', all)?.match(/>geometric mean[^<]*(?=<\/text>)/g)
  expect(means([against('optimized', 'tfjs-wasm')])).toEqual(['>geometric mean'])
  expect(means([against('optimized', 'tfjs-wasm'), against('session', 'tfjs-wasm')])).toEqual([
    '>geometric mean, optimized',
    '>geometric mean, session',
  ])
})

it('the axis of rates ends at the measured peak', () => {
  const [, svg] = pictures.find(([name]) => name.startsWith('six') && name.includes('rate'))!
  const frame = /<rect x="70" y="([\d.]+)"[^>]*fill="none"/.exec(svg)!
  const peak = /y1="([\d.]+)"[^>]*stroke-dasharray="7 4"/.exec(svg)!
  expect(peak[1]).toBe(frame[1])
})

it('a name too long keeps both its ends', () => {
  const short = fitted('conv2d n16c3h112w131 m129r3s5 g64', 120)
  expect(short).toMatch(/^conv2.*….*g64$/)
  expect(widthOf(short)).toBeLessThanOrEqual(120)
  expect(fitted('relu x5', 120)).toBe('relu x5')
})
