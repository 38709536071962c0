import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { type Case, instantiate } from '../../properties/case.ts'
import { parseCase, printCase } from '../../properties/descriptor.ts'
import { type Implementation, ShapeError, type Tensor } from '../../reference/contract.ts'
import { callOperator, operatorRow, operators } from '../../reference/operators.ts'
import { blocked32, simd, threadsOf } from '../index.ts'
import { Crew } from './crew.ts'
import { type ThreadsOptions, threads } from './index.ts'
import { obstacle } from './support.ts'

const below = simd ?? blocked32
const opened: Implementation[] = []
function open(options: ThreadsOptions): Implementation {
  const rung = threadsOf({ leastFlops: 0, threads: 2, ...options })
  opened.push(rung)
  return rung
}
const folder = mkdtempSync(join(tmpdir(), 'threads-'))
afterAll(async () => {
  for (const rung of opened) await rung.close?.()
  rmSync(folder, { recursive: true })
})

const two = open({})
const workers = { one: open({ onlyWorkers: true }), two: open({ onlyWorkers: true, threads: 3 }) }

/** The first place where a rung differs from the one below; −1 where nowhere. */
async function firstDifference(rung: Implementation, c: Case): Promise<number> {
  const { operator, operands, attributes } = instantiate(c, 'float32')
  const expected = await callOperator(below, operator, operands, attributes)
  const got = await callOperator(rung, operator, operands, attributes)
  expect(got?.shape, printCase(c)).toEqual(expected?.shape)
  expect(got?.data.buffer, printCase(c)).toBeInstanceOf(ArrayBuffer)
  return expected!.data.findIndex((value, i) => !Object.is(value, got!.data[i]))
}

describe('results are those of the simd rung, bit by bit', () => {
  it.each(operators.map(({ name }) => name))('%s, whoever computes a part', async (operator) => {
    for (const c of sampleCases(operatorRow(operator), 25, 5)) {
      for (const rung of [two, workers.one, workers.two])
        expect(await firstDifference(rung, c), `${printCase(c)} with ${rung.version}`).toBe(-1)
    }
  })

  it.each([
    'conv2d n1c64h30w31 m64r3s3 pd1 bias @real#1',
    'conv2d n1c16h20w20 m200r1s1 bias @real#2',
    'conv2d n3c8h9w9 m12r3s3 pd1 st2 bias @real#3',
    'conv2d n1c96h15w15 m96r3s3 pd1 g96 @real#4',
    'conv2dInputGradient n1c40h17w17 m24r3s3 pd1 st2 @real#5',
    'convTranspose2d n1m24p9q9 c40r3s3 st2 pd1 op1 bias @real#6',
    'conv2dWeightGradient n2c40h17w17 m48r3s3 pd1 @real#7',
    'dense n33i100o130 bias @real#8',
    'denseInputGradient n33i130o100 @real#9',
    'denseWeightGradient n33i130o100 @real#10',
  ])('%s', async (descriptor) => {
    for (const rung of [two, workers.one, workers.two])
      expect(await firstDifference(rung, parseCase(descriptor)), rung.version).toBe(-1)
  })
})

const ones = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
})

it('a result keeps its values while later calls grow the memory', async () => {
  const first = await workers.one.operators.dense!({ x: ones(3, 5), w: ones(40, 5) }, {})
  await workers.one.operators.dense!({ x: ones(64, 2048), w: ones(2048, 2048) }, {})
  expect([...first.data]).toEqual(new Array(120).fill(5))
})

it('operands that do not fit together are refused by name', () => {
  expect(() => two.operators.dense!({ x: ones(3, 5), w: ones(40, 6) }, {})).toThrow(ShapeError)
  expect(() => two.operators.dense!({ x: ones(3, 5), w: ones(40, 6) }, {})).toThrow(/^dense: x has 5 inputs/)
})

/** A module of a worker, in a file of its own. */
function workerOf(name: string, source: string): URL {
  const file = join(folder, name)
  writeFileSync(file, source)
  return pathToFileURL(file)
}
const TAKE = `
  import { workerData } from 'node:worker_threads'
  import { appendFileSync, existsSync } from 'node:fs'
  const words = new Int32Array(workerData.buffer)
  const take = () => { while (words[0] < 65536) Atomics.wait(words, 0, words[0]); Atomics.add(words, 0, 1) }
`

describe('a worker that dies', () => {
  it('with a part ends in an error that names operator and mend, and the next call has a new one', async () => {
    const flag = JSON.stringify(join(folder, 'died'))
    const real = JSON.stringify(new URL('./source.mjs', import.meta.url).href)
    const source = `${TAKE}
      if (existsSync(${flag})) await import(${real})
      else { appendFileSync(${flag}, ''); take(); process.exit(1) }`
    const rung = open({ onlyWorkers: true, limitMs: 6000, worker: workerOf('dies.mjs', source) })
    const call = () => rung.operators.dense!({ x: ones(3, 5), w: ones(40, 5) }, {})
    expect(call).toThrow(/^dense: no worker thread answered within 6 s.*call again/)
    expect([...(await call()).data]).toEqual(new Array(120).fill(5))
  })

  it('between two calls is replaced', async () => {
    const log = join(folder, 'starts')
    const crew = new Crew(1, { file: workerOf('ends.mjs', `${TAKE}; appendFileSync(${JSON.stringify(log)}, 'x')`) })
    for (const starts of ['x', 'xx']) {
      crew.start()
      await expect.poll(() => crew.alive, { timeout: 10_000 }).toBe(0)
      expect(readFileSync(log, 'utf8')).toBe(starts)
    }
  })

  it('again and again is not: the calling thread computes alone, after a warning', async () => {
    const warnings: string[] = []
    process.on('warning', ({ message }) => warnings.push(message))
    const crew = new Crew(1, { file: workerOf('throws.mjs', `throw new Error('no such luck')`) })
    for (let start = 0; start < 4; start++) {
      crew.start()
      await expect.poll(() => crew.alive, { timeout: 10_000 }).toBe(0)
    }
    await expect.poll(() => warnings.join()).toMatch(/^threads: 3 workers ended.*no such luck$/)
    crew.start()
    expect(crew.alive).toBe(0)
  })

  it('of an error says which', () => {
    const source = `${TAKE}; take(); const text = Buffer.from(workerData.buffer, 12352, 1024); text.fill(0).write('out of luck')
      Atomics.store(words, 16, 3); Atomics.add(words, 1, 1); Atomics.notify(words, 1); for (;;) take()`
    const rung = open({ onlyWorkers: true, limitMs: 15_000, worker: workerOf('fails.mjs', source) })
    const call = () => rung.operators.dense!({ x: ones(3, 5), w: ones(40, 5) }, {})
    expect(call).toThrow('dense: a worker thread failed: out of luck; use the simd rung')
  })
})

it('what is small needs no worker', async () => {
  const silent = workerOf('silent.mjs', 'for (;;);')
  const rung = threadsOf({ threads: 2, onlyWorkers: true, limitMs: 100, worker: silent })
  expect([...(await rung.operators.dense!({ x: ones(3, 5), w: ones(40, 5) }, {})).data]).toEqual(new Array(120).fill(5))
})

it('a process ends by itself with workers that sleep', () => {
  const index = new URL('../index.ts', import.meta.url).href
  const script = join(folder, 'ends.mts')
  writeFileSync(
    script,
    `import { threadsOf } from ${JSON.stringify(index)}
    const t = (...shape: number[]) => ({ shape, data: new Float32Array(shape[0]! * shape[1]!).fill(1) })
    const rung = threadsOf({ threads: 2, leastFlops: 0, onlyWorkers: true })
    console.log((await rung.operators.dense({ x: t(3, 5), w: t(40, 5) }, {})).data[7], rung.version)`,
  )
  const tsx = new URL(import.meta.resolve('tsx')).href
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', tsx, script], {
    encoding: 'utf8',
    timeout: 15_000,
  })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^5 simd.*, 2 threads\n$/)
  expect(status).toBe(0)
})

describe('where threads cannot be had, the rung below computes, and the version says why', () => {
  it('one core', () => {
    const rung = threads('threads', below, { threads: 1 })
    expect(rung.version).toMatch(/^simd.*: there is one core$/)
    expect(rung.operators).toBe(below.operators)
  })

  it('a number of threads that is none is refused', () => {
    expect(() => threadsOf({ threads: 1.5 })).toThrow(
      /^threads: 1.5 threads were asked for, whole numbers from 1 to 512/,
    )
  })

  it.each([
    ['this engine has no SharedArrayBuffer', { WebAssembly }],
    ['this engine has no WebAssembly threads', { SharedArrayBuffer }],
    [
      'this engine has no WebAssembly threads',
      {
        SharedArrayBuffer,
        WebAssembly: {
          Memory: class {
            readonly buffer = new ArrayBuffer(65536)
            grow = () => 0
          },
        },
      },
    ],
    [undefined, { SharedArrayBuffer, WebAssembly }],
  ])('%s', (reason, globals) => expect(obstacle(2, globals)).toBe(reason))
})
