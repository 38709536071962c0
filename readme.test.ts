/** What the README shows is run: its TypeScript blocks, with the textbook as the implementation of yours. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it, vi } from 'vitest'
import * as oracle from './index.ts'
import * as rungs from './optimized/index.ts'
import * as reference from './reference/index.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
const examples = blocks.filter((code) => /^import \{.*\} from 'cnn-oracle(\/reference|\/optimized)?'/m.test(code))

/** The body of an async function that is given what the block imports. */
function bodyOf(code: string): string {
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ESNext } })
  return outputText
    .replaceAll(/^import \{(.*)\} from 'cnn-oracle';$/gm, 'const {$1} = oracle')
    .replaceAll(/^import \{(.*)\} from 'cnn-oracle\/reference';$/gm, 'const {$1} = reference')
    .replaceAll(/^import \{(.*)\} from 'cnn-oracle\/optimized';$/gm, 'const {$1} = rungs')
    .replaceAll(/^export (default .*|\{\});?$/gm, '')
}

describe('the examples of the README run', () => {
  it('there are those for gradients, laws, number systems and threads', () => {
    expect(examples.filter((code) => code.includes('checkGradient(')).length).toBe(1)
    expect(examples.filter((code) => code.includes('gradcheck(')).length).toBe(1)
    expect(examples.filter((code) => code.includes('symbolic')).length).toBe(1)
    expect(examples.filter((code) => code.includes('threadsOf(')).length).toBe(1)
  })

  it('what the example of formulas prints stands beside it', async () => {
    const [code] = examples.filter((block) => block.includes('expressionOf('))
    const [, beside] = /expressionOf\(.*\)\) \/\/ (.*)$/m.exec(code!) ?? []
    const print = vi.spyOn(console, 'log').mockImplementation(() => {})
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
    await new AsyncFunction('oracle', 'reference', bodyOf(code!))(oracle, reference)
    const printed = print.mock.calls.map(([line]) => line)
    print.mockRestore()
    expect(printed[0]).toBe(beside)
  })

  it.each(examples.map((code) => [code.split('\n')[0]!, code]))(
    '%s',
    async (_, code) => {
      const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
      await new AsyncFunction('oracle', 'reference', 'rungs', 'mine', bodyOf(code))(
        oracle,
        reference,
        rungs,
        oracle.textbook,
      )
      // All laws over all their cases: ten seconds of an idle core.
    },
    90_000,
  )
})
