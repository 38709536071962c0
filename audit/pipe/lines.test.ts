import { expect, test } from 'vitest'
import { LineCutter } from './lines.ts'

test('a line may come in parts, and a chunk may hold several lines', () => {
  const lines = new LineCutter(100)
  expect([...lines.cut('ab')]).toEqual([])
  expect([...lines.cut('c\nd')]).toEqual(['abc'])
  expect([...lines.cut('\n\ne\nf')]).toEqual(['d', '', 'e'])
  expect(lines.rest).toBe('f')
})

test('U+2028 ends no line: JSON text may hold it', () => {
  expect([...new LineCutter(100).cut('"\u2028"\n')]).toEqual(['"\u2028"'])
})

test('what is kept of one line does not count for the next', () => {
  const lines = new LineCutter(4)
  const seen = ['abc', '\nde', 'f\ngh', 'i\n'].flatMap((chunk) => [...lines.cut(chunk)])
  expect(seen).toEqual(['abc', 'def', 'ghi'])
})

test('a line that does not end is given up, a long one that ends is not', () => {
  const lines = new LineCutter(4)
  expect([...lines.cut('abcdef\n')]).toEqual(['abcdef'])
  expect([...lines.cut('abc')]).toEqual([])
  expect(() => [...lines.cut('de')]).toThrow('a line has 5 characters')
})
