/** Lists of known findings: what they expect, how precisely, and what is said of a list that cannot be read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { campaign, finding } from '../fixtures/campaign.ts'
import { judgedFindings } from './campaign.ts'
import { expectations } from './expectations.ts'
import { type Known, knownEntry, readKnown } from './known.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const entry = {
  id: 'X1',
  targets: ['mine', 'mine/*'],
  operators: ['relu'],
  kinds: ['wrong'],
  what: 'the slope below 0',
  why: 'meant to be leaky',
  link: 'https://example.org/1',
}
function file(content: unknown, name = 'own.json'): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const read = (...entries: readonly object[]): readonly Known[] => readKnown([file(entries)], false)

const leaky = finding('relu', 'wrong', { cause: 'leaky, slope 0.01: below 0 the slope is 0.01 instead of 0' })

describe('an entry expects a finding', () => {
  it.each([
    ['by target, operator and kind', {}, true],
    ['by a pattern for the target', { targets: ['m*e'] }, true],
    ['not of another target', { targets: ['min'] }, false],
    ['not of another operator', { operators: ['tanh'] }, false],
    ['not of another kind', { kinds: ['shape', 'type'] }, false],
    ['by a feature that it has', { features: ['negative values'] }, true],
    ['not where it lacks a feature', { features: ['stride'] }, false],
    ['by its cause', { cause: 'leaky, slope 0.01: *' }, true],
    ['not by another cause', { cause: 'leaky, slope 0.1: *' }, false],
    ['by its message', { message: '*is -0.01, expected 0 ±*' }, true],
    ['not by another message', { message: '*is 7*' }, false],
    ['by its smallest case', { case: 'relu n1* x=-1' }, true],
    ['not by another case', { case: 'relu n2*' }, false],
    ['not where one of several does not fit', { cause: 'leaky*', message: 'no' }, false],
  ])('%s', (_, change, expected) => {
    expect(knownEntry(read({ ...entry, ...change }), 'mine', leaky) !== undefined).toBe(expected)
  })

  it('a cause never fits a finding without one, so that a new fault of the same kind is new', () => {
    expect(knownEntry(read({ ...entry, cause: '*' }), 'mine', { ...leaky, cause: null })).toBeUndefined()
  })

  it('signs of regular expressions are themselves', () => {
    expect(knownEntry(read({ ...entry, message: 'a.c (d)' }), 'mine', { ...leaky, message: 'abc (d)' })).toBeUndefined()
    const [own] = read({ ...entry, message: 'a.c (d)' })
    expect(knownEntry([own!], 'mine', { ...leaky, message: 'a.c (d)' })).toBe(own)
  })
})

describe('lists', () => {
  it('the own one stands beside that of the peers and comes first', () => {
    const known = readKnown([file([entry])])
    expect(known[0]).toMatchObject({ id: 'X1', file: join(folder, 'own.json') })
    expect(known.length).toBe(readKnown().length + 1)
    expect(readKnown([], false)).toEqual([])
  })

  const bad = (content: unknown) => () => readKnown([file(content)], true)
  it.each([
    ['no list', { id: 1 }, /own\.json: it is no list; write \[\{ "id"/],
    ['no JSON', '[{', /own\.json is no JSON: /],
    ['a missing field', [entry, { ...entry, id: 'X2', link: undefined }], /own\.json: entry 2 \(X2\), link: /],
    ['a field that is none', [{ ...entry, casue: 'x' }], /entry 1 \(X1\).*casue/],
    ['a kind that is none', [{ ...entry, kinds: ['wrogn'] }], /entry 1 \(X1\), kinds\.0: .*"wrong"/],
    [
      'an operator that is none',
      [{ ...entry, operators: ['rellu'] }],
      /entry X1, operators: there is no "rellu"; did you mean relu\?/,
    ],
    ['a pattern that fits no operator', [{ ...entry, operators: ['x*'] }], /there is no "x\*"; \* stands for/],
    [
      'a case that is none',
      [{ ...entry, shownBy: ['relu n1c1h1w1', 'relu n1q1'] }],
      /entry X1, shownBy: "relu n1q1": /,
    ],
    [
      'a case of another operator',
      [{ ...entry, shownBy: ['tanh n1c1h1w1 x=1'] }],
      /entry X1, shownBy: "tanh n1c1h1w1 x=1": the entry does not speak of tanh, but of relu/,
    ],
    [
      'one call at once',
      [{ ...entry, shownBy: ['relu n1c1h1w1 x=1'], manner: 'together' }],
      /entry X1, manner: calls at once are two or more, shownBy has 1; add cases/,
    ],
    ['a manner that is none', [{ ...entry, manner: 'twice' }], /entry 1 \(X1\), manner: .*together/],
    ['an id twice', [entry, entry], /the id X1 stands twice in .*own\.json; give each entry an id of its own/],
    ['an id of the peers', [{ ...entry, id: 'T2' }], /the id T2 stands in .*own\.json and in audit\/known\.json/],
  ])('%s is refused in one line that says where and how to mend it', (_, content, message) => {
    expect(bad(content)).toThrow(message)
    expect(bad(content)).toThrow(expect.objectContaining({ name: 'KnownError' }))
  })

  it('a file that is not there is named', () => {
    expect(() => readKnown([join(folder, 'absent.json')])).toThrow(/absent\.json does not exist/)
  })
})

describe('what has gone', () => {
  const states = (more: object, change: object = {}) =>
    expectations({ ...campaign, ...more }, read({ ...entry, ...change }), judgedFindings(campaign, [])).map(
      ({ shows, covered }) => [shows, covered],
    )
  it.each([
    ['an entry that shows', {}, {}, [[true, true]]],
    ['one that does not', {}, { kinds: ['shape'] }, [[false, true]]],
    ['one of a target not audited is not spoken of', {}, { targets: ['other'] }, []],
    ['one of an operator not audited is not spoken of', {}, { operators: ['dense'], targets: ['mine'] }, []],
    [
      'one that also speaks of an operator left out',
      { leftOut: { offered: [{ target: 'mine/two', operators: ['relu'] }], targets: [] } },
      { kinds: ['shape'] },
      [[false, false]],
    ],
    [
      'one whose pattern may mean a target left out',
      { leftOut: { offered: [], targets: ['mine-too'] } },
      { kinds: ['shape'], targets: ['mine*'] },
      [[false, false]],
    ],
    [
      'one whose pattern cannot mean the target left out',
      { leftOut: { offered: [], targets: ['yours'] } },
      { kinds: ['shape'], targets: ['mine*'] },
      [[false, true]],
    ],
  ])('%s', (_, more, change, expected) => {
    expect(states(more, change)).toEqual(expected)
  })
})
