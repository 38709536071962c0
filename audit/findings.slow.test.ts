/**
 * The examples of findings.md: each runs in a process of its own and prints what stands beside it. JavaScript finds the packages of
 * this repository; Python runs where an interpreter has the package in the version that the page names, and is skipped elsewhere.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { pythonWith, titled } from './witness/python.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(new URL('./findings.md', import.meta.url), 'utf8')
/** The slowest loads both backends of TensorFlow.js: 4 s of an idle core. */
const TIMEOUT_MS = 120_000

interface Example {
  readonly id: string
  readonly language: string
  readonly code: string
  readonly prints: string
}

const sections = page.split(/^## /m).slice(1)
const examples = sections.flatMap((section): Example[] =>
  [...section.matchAll(/```(js|python)\n(.*?)```\n+```text\n(.*?)```/gs)].map(([, language, code, prints], i) => ({
    id: `${section.split('\n')[0]}, example ${i + 1}`,
    language: language!,
    code: code!,
    prints: prints!,
  })),
)

/** Memory that was never written, by the backend wasm, differs from run to run: what stands there is anything. */
const unwritten: readonly [id: RegExp, line: RegExp][] = [
  [/^T1, example 1/, /^(\[1,1,4,1\] 1 1) .*$/gm],
  [/^T4/, /^(wasm 2) .*$/gm],
]
function certain(id: string, text: string): string {
  const [, line] = unwritten.find(([of]) => of.test(id)) ?? []
  return line ? text.replace(line, '$1 …') : text
}

function printed(command: string, args: readonly string[], input: string): string {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd: root, input, encoding: 'utf8' })
  if (error) throw error
  return stdout === '' ? stderr : stdout
}

describe('every finding has an example that prints what it says', () => {
  it('one at least for each row of the table on top', () => {
    const ids = [...page.matchAll(/^\| \[(\w+)\]\(#\w+\)/gm)].map(([, id]) => id)
    expect(ids.length).toBeGreaterThan(20)
    expect(ids.filter((id) => !examples.some((e) => e.id.startsWith(`${id},`)))).toEqual([])
  })

  it.each(examples.filter((e) => e.language === 'js').map((e) => [e.id, e] as const))(
    '%s',
    (id, { code, prints }) => {
      const got = printed(process.execPath, ['--input-type=module'], code)
      expect(certain(id, got)).toBe(certain(id, prints))
    },
    TIMEOUT_MS,
  )
})

const [, wanted] = /onnx (\d+\.\d+\.\d+)/.exec(page)!
const python = pythonWith(['onnx.reference'], `pip install onnx==${wanted}`)
const has =
  python.missing ?? printed(python.command, ['-c', 'import onnx; print("onnx", onnx.__version__, end="")'], '')
const missing = has === `onnx ${wanted}` ? undefined : `they were run with onnx ${wanted}; here: ${has}`

describe.skipIf(missing)(titled('the examples in Python', { ...python, missing, skip: missing !== undefined }), () => {
  it.each(examples.filter((e) => e.language === 'python').map((e) => [e.id, e] as const))(
    '%s',
    (_, { code, prints }) => {
      expect(printed(python.command, ['-'], code)).toBe(prints)
    },
    TIMEOUT_MS,
  )
})
