import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outputsOf } from './output.ts'

const file = join(mkdtempSync(join(tmpdir(), 'cnn-oracle-')), 'new', 'a.xml')

describe('where reports go', () => {
  it.each([
    [{}, [{ reporter: 'terminal' }]],
    [{ json: true }, [{ reporter: 'json' }]],
    [{ reporter: ['junit'], output: [file] }, [{ reporter: 'junit', file }]],
    [{ output: [`junit=${file}`], reporter: ['terminal'] }, [{ reporter: 'terminal' }, { reporter: 'junit', file }]],
  ])('%j', (flags, outputs) => {
    expect(outputsOf(flags)).toEqual(outputs)
  })

  it.each([
    [{ reporter: ['junt'] }, 'did you mean junit?'],
    [{ reporter: ['terminal', 'json'] }, 'cannot share stdout; give a file: --output json=FILE'],
    [{ reporter: ['junit', 'html'], output: [file] }, 'say whose it is: junit='],
    [{ output: [`junit=${file}`, `html=${file}`] }, 'give each a file of its own'],
    [{ reporter: ['junit'], output: [tmpdir()] }, 'it is a folder'],
  ])('%j is refused with the mend', (flags, mend) => {
    expect(() => outputsOf(flags)).toThrow(mend)
  })
})
