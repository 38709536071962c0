/** A page of its own, in which nothing that a target says becomes markup. */
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { document } from '../../fixtures/campaign.ts'
import { htmlReport } from './html.ts'
import { terminalReport } from './terminal.ts'

const html = htmlReport(document)

describe('--reporter html', () => {
  it('every element is closed where it should be', () => {
    const body = html.slice(html.indexOf('<body>'), html.indexOf('</html>'))
    expect(XMLValidator.validate(body, { allowBooleanAttributes: true })).toBe(true)
  })

  it('fetches nothing and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=|https?:(?!\/\/example\.org)/)
    expect(html).toContain("default-src 'none'")
  })

  it('what a target says is text', () => {
    expect(html).not.toContain('<b>"a"')
    expect(html).toContain('&lt;b&gt;&quot;a&quot; &amp; ')
  })

  it('shows every target, finding, diagnosis, replay line, and what is skipped, known or gone', () => {
    for (const text of [
      'mine 1.0 &lt;&amp;&gt; float32',
      'skipped absent',
      'gone: K2',
      'known as K1',
      'looks like: leaky',
    ])
      expect(html).toContain(text)
    expect([...html.matchAll(/<details /g)].length).toBe(4)
    expect([...html.matchAll(/<details class="news" open>/g)].length).toBe(2)
    expect(html).toContain("cnn-oracle replay --target ./src/mine.ts 'relu n1c1h1w1 x=-1'")
    expect(html).toContain('expected -Infinity  got Infinity')
  })
})

describe('the terminal report', () => {
  it('says the same', () => {
    const text = terminalReport(document)
    for (const said of [
      'gone K2',
      'skipped absent',
      'known as K1',
      'got NaN',
      'looks like: leaky',
      'given up after 2 crashes',
    ])
      expect(text).toContain(said)
    expect(text).toMatch(/2 findings not known yet \(24 cases, seed 7\)$/)
  })
})
