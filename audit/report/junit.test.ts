/** The XML is well-formed whatever a message holds, and says of each operator what the document says. */
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { campaign, document, finding, legible } from '../../fixtures/campaign.ts'
import { auditDocument } from './json.ts'
import { junitReport } from './junit.ts'

const xml = junitReport(document)
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  isArray: (name) => ['testsuite', 'testcase'].includes(name),
  parseAttributeValue: false,
  trimValues: false,
})
const { testsuites } = parser.parse(xml)
const suite = (name: string) => testsuites.testsuite.find((s: { name: string }) => s.name === name)
const cases = (name: string) => suite(name).testcase
const testCase = (name: string) => cases('mine').find((c: { name: string }) => c.name === name)

describe('--reporter junit', () => {
  it('is well-formed XML 1.0, and holds no character that it has no place for', () => {
    expect(XMLValidator.validate(xml)).toBe(true)
    expect(xml).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u)
    for (const [, comment] of xml.matchAll(/<!--(.*?)-->/gs)) expect(comment).not.toContain('--')
    expect([...xml.matchAll(/<!--/g)].length).toBe([...xml.matchAll(/-->/g)].length)
  })

  it('a message comes out of the parser as it went in, but for what XML cannot hold', () => {
    const said = `sigmoid: threw: ${legible}`
    expect(testCase('sigmoid').failure.message.replaceAll('&#10;', '\n')).toBe(said)
    expect(testCase('sigmoid').failure['#text']).toContain(said)
  })

  it('counts are those of the elements', () => {
    expect(testsuites).toMatchObject({ tests: '8', failures: '2', errors: '0', skipped: '2' })
    expect(suite('mine')).toMatchObject({ tests: '6', failures: '2', skipped: '1' })
    expect([...xml.matchAll(/<testcase /g)].length).toBe(8)
    expect([...xml.matchAll(/<failure /g)].length).toBe(2)
    expect([...xml.matchAll(/<skipped /g)].length).toBe(2)
  })

  it('what fails is a failure with its diagnosis and replay line; what is known or a convention is not', () => {
    expect(testCase('relu').failure).toMatchObject({ type: 'wrong' })
    expect(testCase('relu').failure['#text']).toContain('looks like: leaky')
    expect(testCase('relu').failure['#text']).toContain("cnn-oracle replay --target ./src/mine.ts 'relu")
    expect(testCase('tanh').failure).toBeUndefined()
    expect(testCase('tanh')['system-out']).toContain('known as K1')
    expect(testCase('softmax')['system-out']).toContain('convention')
    expect(testCase('reluGradient')).toHaveProperty('skipped')
    expect(cases('absent')[0]).toHaveProperty('skipped')
  })

  it('several failures of an operator are one element', () => {
    const [first] = campaign.implementations
    const two = [finding('relu', 'wrong'), finding('relu', 'hang', { message: 'relu: no answer' })]
    const one = { ...campaign, implementations: [{ ...first!, findings: two }] }
    const both = junitReport(auditDocument(one, [], false))
    expect([...both.matchAll(/<failure /g)].length).toBe(1)
    expect(both).toContain('relu: no answer')
  })
})
