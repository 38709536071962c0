/** The header for programs in C: compiled without a warning, and asked what no auditor would ask. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../../properties/random.ts'
import { tensor } from '../../../reference/tensor.ts'
import { requestLine } from '../protocol.ts'

const source = new URL('./conv2d.c', import.meta.url).pathname
const program = join(mkdtempSync(join(tmpdir(), 'cnn-oracle-c-')), 'conv2d')
const strict = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-g', '-o', program, source]
const compile = (...flags: string[]) => spawnSync('cc', [...flags, ...strict], { encoding: 'utf8' })

const hasCompiler = spawnSync('cc', ['--version']).status === 0
if (!hasCompiler) console.warn('\nskipped: the C client: there is no cc; on Debian: apt-get install gcc libc6-dev\n')

interface Answer {
  readonly id: number
  readonly error?: string
  readonly unsupported?: string
  readonly result?: { readonly shape: number[]; readonly data: string }
}

/** What it answers to these lines; that it ends well is part of every test. */
function answersTo(lines: readonly (string | Buffer)[]): Answer[] {
  const input = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 2 ** 28 })
  expect(stderr.toString()).toBe('')
  expect(status).toBe(0)
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line): Answer => JSON.parse(line))
}

const x = tensor([1, 1, 2, 2], [-1, 2, -0, Number.NaN], 'float32')
const reluLine = requestLine(7, 'relu', { x }, {}).trimEnd()
const convLine = requestLine(
  8,
  'conv2d',
  { x: tensor([1, 1, 1, 3], [1, 2, 4], 'float32'), w: tensor([1, 1, 1, 2], [1, 10], 'float32'), b: undefined },
  { stride: [1, 1], padding: [0, 0, 0, 1], dilation: [1, 1], groups: 1 },
).trimEnd()

describe.skipIf(!hasCompiler)('cnn_oracle.h', () => {
  beforeAll(() => {
    const sanitized = compile('-fsanitize=address,undefined', '-fno-sanitize-recover=all')
    if (sanitized.status === 0) return
    const plain = compile()
    expect(plain.stderr).toBe('')
    console.warn(`the C client is tested without sanitizers: ${sanitized.stderr.split('\n')[0]}`)
  }, 60_000)

  it('answers as the contract says, signs, NaN and padding included', () => {
    const [relu, conv] = answersTo([reluLine, convLine])
    expect(relu?.id).toBe(7)
    const bits = Buffer.from(relu?.result?.data ?? '', 'base64')
    expect([0, 4, 8, 12].map((at) => bits.readFloatLE(at))).toEqual([0, 2, -0, Number.NaN])
    const sums = Buffer.from(conv?.result?.data ?? '', 'base64')
    expect(conv?.result?.shape).toEqual([1, 1, 1, 3])
    expect([0, 4, 8].map((at) => sums.readFloatLE(at))).toEqual([21, 42, 4])
  })

  it.each([
    ['', 'no JSON object'],
    ['null', 'no JSON object'],
    ['[1,2', 'no JSON object'],
    ['{"id":01}', 'no JSON object'],
    ['{"id":1.}', 'no JSON object'],
    ['{"id":1e}', 'no JSON object'],
    ['{"id":1}x', 'no JSON object'],
    ['{"id":"\\', 'no JSON object'],
    ['{"id":"\\u12', 'no JSON object'],
    ['{"id":"\\ud8', 'no JSON object'],
    ['['.repeat(100_000), 'no JSON object'],
    ['{}', 'id is missing or no whole number'],
    ['{"id":1e300}', 'id is missing or no whole number'],
    ['{"id":null}', 'id is missing or no whole number'],
    ['{"id":3}', 'operator, operands and attributes'],
    ['{"id":3,"operator":{},"operands":[],"attributes":1}', 'operator, operands and attributes'],
    [reluLine.replace('"relu"', '"tanh"'), 'not offered'],
    [reluLine.replace('"data"', '"date"'), 'an operand is off'],
    [reluLine.replace('float32', 'float64'), 'an operand is off'],
    [reluLine.replace('float32', 'float16'), 'an operand is off'],
    [reluLine.replace('[1,1,2,2]', '[1,1,2,3]'), 'an operand is off'],
    [reluLine.replace('[1,1,2,2]', '[1,1,2,-2]'), 'an operand is off'],
    [reluLine.replace('[1,1,2,2]', '[2147483647,2147483647,2147483647,2]'), 'an operand is off'],
    [reluLine.replace('[1,1,2,2]', '[1,1,1,1,1,1,1,1,1,4]'), 'an operand is off'],
    [reluLine.replace('==', '=A'), 'an operand is off'],
    [reluLine.replace(/"data":"../, '"data":"*='), 'an operand is off'],
    [reluLine.replace('"x"', '"y"'), 'relu needs x'],
    [convLine.replace('"groups":1', '"groups":0'), 'do not fit'],
    [convLine.replace('"stride":[1,1]', '"stride":[1]'), 'stride is missing'],
    [convLine.replace('"stride":[1,1]', '"stride":[0,1]'), 'do not fit'],
    [convLine.replace('"padding":[0,0,0,1]', '"padding":"same"'), 'padding is missing'],
  ])('malformed line %#: an error, and the next request is answered', (line, error) => {
    const answers = answersTo([line, reluLine])
    expect(answers.map(({ id, result }) => [id, result !== undefined])).toEqual([
      [answers[0]?.id, false],
      [7, true],
    ])
    expect(answers[0]?.error).toContain(error)
  })

  it('lines with bytes changed, cut out and doubled, 4000 of them: an answer each, never a crash', () => {
    const random = new Random(5)
    const below = (n: number): number => random.integer(0, n - 1)
    const lines = Array.from({ length: 4000 }, (_, i) => {
      const bytes = [...Buffer.from(i % 2 ? reluLine : convLine)]
      for (let edits = 1 + below(3); edits > 0; edits--) {
        const at = below(bytes.length)
        const some = [0, 34, 92, 91, 123, 125, 44, 45, 48, 57, 255, 117]
        const byte = some[below(some.length)]!
        const edit = below(3)
        if (edit === 0) bytes[at] = byte
        else if (edit === 1) bytes.splice(at, 1 + below(4))
        else bytes.splice(at, 0, ...bytes.slice(at, at + 8))
      }
      return Buffer.from(bytes)
    })
    const answers = answersTo(lines)
    expect(answers).toHaveLength(lines.length)
    expect(answers.filter(({ error }) => error !== undefined).length).toBeGreaterThan(2000)
  })
})
