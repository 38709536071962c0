import { WriteStream } from 'node:tty'
import { afterEach, expect, test, vi } from 'vitest'
import { bar, progressLine } from './progress.ts'

afterEach(() => vi.unstubAllEnvs())

/** What a terminal of so many columns is written. */
function shown(columns: number | undefined, text: string): string {
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
  const stream: NodeJS.WriteStream = Object.assign(Object.create(WriteStream.prototype), { isTTY: true, columns })
  let said = ''
  vi.spyOn(stream, 'write').mockImplementation((text) => {
    said += text
    return true
  })
  progressLine(stream).show(text)
  return said.replace('\r\u001b[2K', '')
}

test.each([undefined, 0])('a terminal %s columns wide is taken for one of 80', (columns) => {
  expect(shown(columns, 'images/s')).toBe('images/s')
  expect(shown(columns, 'x'.repeat(100))).toBe('x'.repeat(79))
})

test('a line is cut one column before the edge, where it would wrap', () => {
  expect(shown(5, 'images/s')).toBe('imag')
})

test('the bar is full when all is done, and not before', () => {
  expect([0, 0.05, 0.5, 0.999, 1].map(bar)).toEqual([
    '──────────',
    '──────────',
    '━━━━━─────',
    '━━━━━━━━━─',
    '━━━━━━━━━━',
  ])
})
