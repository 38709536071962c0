import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTensorProto, writeTensorProto } from '../audit/target/onnx/tensorProto.ts'

const root = mkdtempSync(join(tmpdir(), 'cli-vectors-'))
const folder = join(root, 'vectors')
afterAll(() => rmSync(root, { recursive: true, force: true }))

const cli = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], { encoding: 'utf8', timeout: 60_000 })
const vectors = (): string[] => readdirSync(folder).filter((name) => /-\d+$/.test(name))
const output = (vector: string): string => join(folder, vector, 'output_0.pb')
const expected = (vector: string): string => join(folder, vector, 'test_data_set_0', 'output_0.pb')
const allRight = (): void => {
  for (const vector of vectors()) copyFileSync(expected(vector), output(vector))
}

beforeAll(() => {
  const { status, stdout } = cli('vectors', 'export', folder, '--operator', 'relu,dense')
  if (status !== 0 || !stdout.includes('vectors of 2 operators')) throw new Error(`export: ${status}: ${stdout}`)
}, 60_000)

describe('judge', () => {
  it('exit code 2 where there is no output at all, in one line that says where to put it', () => {
    const { status, stdout, stderr } = cli('judge', folder)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^cnn-oracle: there is no output in .*; put one beside each vector[^\n]*\n$/)
  }, 60_000)

  it('exit code 0 where every output holds; --json is one document', () => {
    allRight()
    const { status, stdout } = cli('judge', folder, '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1 })
    expect(stdout).not.toContain('"status": "wrong"')
    expect(stdout).toContain('"status": "held"')
  }, 60_000)

  it('exit code 3 where outputs are missing, unless those are not asked for', () => {
    allRight()
    for (const vector of vectors().filter((name) => name.startsWith('relu'))) rmSync(output(vector))
    expect(cli('judge', folder).status).toBe(3)
    expect(cli('judge', folder, '--operator', 'dense').status).toBe(0)
  }, 60_000)

  it('exit code 2 where one cannot be read, 1 where one is wrong besides', () => {
    allRight()
    const [first, second] = vectors()
    const whole = readFileSync(output(first!))
    writeFileSync(output(first!), whole.subarray(0, whole.length - 1))
    const { status, stdout } = cli('judge', folder)
    expect(status).toBe(2)
    expect(stdout).toContain(first)
    const { value } = readTensorProto(readFileSync(output(second!)))
    writeFileSync(output(second!), writeTensorProto('y', { shape: value.shape, data: value.data.map((v) => v + 1) }))
    expect(cli('judge', folder).status).toBe(1)
  }, 60_000)

  it.each([
    [['judge', folder, '--numerics', 'guess'], 'there are sum, winograd, fft'],
    [['judge', folder, '--operator', 'conv2d'], 'has no vectors of conv2d'],
    [['judge', join(root, 'none')], 'none'],
    [['vectors', 'export', folder], folder],
    [['vectors', 'export', join(root, 'other'), '--operator', 'rely'], 'did you mean relu'],
    [['vectors', 'export', join(root, 'other'), '--format', 'npy'], 'did you mean npz'],
    [['vectors', 'export', join(root, 'other'), '--precision', 'float16'], 'there are float32, float64'],
  ])(
    '%j ends in one line, exit code 2',
    (args, said) => {
      const { status, stdout, stderr } = cli(...args)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^cnn-oracle: [^\n]+\n$/)
      expect(stderr).toContain(said)
    },
    60_000,
  )
})
