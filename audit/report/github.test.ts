/** Workflow commands that a runner reads as they are meant, and a summary that Markdown cannot be broken out of. */
import { describe, expect, it } from 'vitest'
import { document, legible } from '../../fixtures/campaign.ts'
import { githubReport, githubSummary } from './github.ts'

const lines = githubReport(document).split('\n')

/** As the runner reads a line: command, properties, message, with its escapes undone. */
function read(line: string): { level: string; properties: Record<string, string>; message: string } {
  const [, level, list = '', message = ''] = /^::(\w+)(?: ([^:]*))?::(.*)$/s.exec(line) ?? []
  const data = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
  const property = (text: string): string => data(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
  const properties = Object.fromEntries(
    list
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), property(pair.slice(pair.indexOf('=') + 1))]),
  )
  return { level: level ?? `no command: ${line}`, properties, message: data(message) }
}

describe('--reporter github', () => {
  const read_ = lines.map(read)

  it('every line is one command; errors come first', () => {
    expect(read_.map((c) => c.level)).toEqual(['error', 'error', 'warning', 'warning', 'notice', 'error'])
  })

  it('an error names target, operator, kind and the file of a module; its message is whole', () => {
    const [first, second] = read_
    expect(first?.properties).toEqual({ file: 'src/mine.ts', title: 'mine, sigmoid: threw' })
    expect(first?.message).toContain(legible)
    expect(second?.message).toContain('looks like: leaky: below 0 the slope is 0.01')
    expect(second?.message).toContain("cnn-oracle replay --target ./src/mine.ts 'relu")
  })

  it('what is known is no annotation; what has gone is a warning', () => {
    expect(lines.join('\n')).not.toContain('tanh')
    expect(read_.filter((c) => c.level === 'warning').map((c) => c.message)).toContainEqual(
      expect.stringMatching(/^K2 .* no longer shows; take it out of known.json/),
    )
  })

  it('the summary has a row a target, and shows text as text', () => {
    const summary = githubSummary(document)
    expect(summary).toContain('| mine | 1 | 1 | 3 | 4 | 2 |')
    expect(summary).toContain('## cnn-oracle ❌')
    expect(summary.replaceAll(/^ {4}.*$/gm, '')).not.toContain('<b>')
    expect(summary).toContain("    cnn-oracle replay --target ./src/mine.ts 'relu")
    const shown = summary.split('\n').filter((line) => line.startsWith('<details>'))
    expect(shown.length).toBe(3)
    expect([...summary.matchAll(/<\/details>/g)].length).toBe(3)
  })

  it('a summary above what GitHub takes is cut to its scoreboard', () => {
    const [mine] = document.targets
    const many = { ...mine!, findings: new Array(3000).fill({ ...mine!.findings[0]!, message: 'x'.repeat(400) }) }
    const summary = githubSummary({ ...document, targets: [many] })
    expect(summary.length).toBeLessThan(1_000_000)
    expect(summary).toContain('3000 new findings; see the other reports')
  })
})
