import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tryFile, writing } from './writing.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
const [there, link] = [join(folder, 'there'), join(folder, 'link')]
writeFileSync(there, 'kept')
symlinkSync(join(folder, 'end'), link)

test('a file that could be written is tried without a trace', () => {
  for (const file of [there, link, join(folder, 'new')]) tryFile(file)
  expect(readdirSync(folder)).toEqual(['link', 'there'])
  expect(readFileSync(there, 'utf8')).toBe('kept')
  expect([lstatSync(link).isSymbolicLink(), existsSync(link)]).toEqual([true, false])
})

test.each([
  ['', 'ENOENT'],
  [folder, 'it is a folder'],
  [`${join(folder, 'new')}/`, 'EISDIR'],
  [join(folder, 'none', 'new'), 'ENOENT'],
  [join(there, 'new'), 'ENOTDIR'],
])('%s could not be written', (file, why) => {
  expect(() => writing('--option', file, () => tryFile(file))).toThrow(`--option ${file} cannot be written: ${why}`)
})
