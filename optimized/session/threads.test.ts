import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation, Tensor } from '../../reference/contract.ts'
import { callOperator } from '../../reference/operators.ts'
import { tensor } from '../../reference/tensor.ts'
import { session } from '../index.ts'

if (session === undefined) throw new Error('this engine has no WebAssembly SIMD')
const start = session
type Session = ReturnType<typeof start>

const opened: Session[] = []
function open(options: Parameters<typeof start>[0]): Session {
  const s = start({ leastFlops: 0, threads: 2, ...options })
  opened.push(s)
  return s
}
const folder = mkdtempSync(join(tmpdir(), 'session-threads-'))
afterAll(async () => {
  for (const s of opened) await s.close()
  rmSync(folder, { recursive: true })
})

/** Sessions go on from case to case, so that memory grows under programs that workers know already. */
function over(name: string, s: Session): Implementation {
  const result = (
    { x }: { x: Tensor },
    prepare: (x: ReturnType<Session['tensor']>) => ReturnType<Session['dense']>,
  ) => {
    const held = s.tensor(x.shape)
    held.data.set(x.data)
    const { y, run } = prepare(held)
    const after = s.tensor([64])
    after.data.fill(Number.NaN)
    for (let i = 0; i < 2; i++) {
      y.data.fill(Number.NaN)
      run()
    }
    expect(after.data.every(Number.isNaN)).toBe(true)
    return { shape: y.shape, data: Float32Array.from(y.data) }
  }
  return {
    name,
    precision: 'float32',
    operators: {
      conv2d: (o, a) => result(o, (x) => s.conv2d({ ...o, x }, a)),
      dense: (o) => result(o, (x) => s.dense({ ...o, x })),
    },
  }
}

const one = over('one', start())
const shared = [
  over('two', open({})),
  over('one worker', open({ onlyWorkers: true })),
  over('two workers', open({ onlyWorkers: true, threads: 3 })),
]

describe('results are those of one thread bit by bit, whoever computes a part', () => {
  it.each([
    ['rows', 'conv2d n1c6h30w31 m16r3s3 pd1 bias @real#1'],
    ['rows, their columns two apart', 'conv2d n1c3h33w34 m12r7s7 st2 pd3 @real#2'],
    ['rows in blocks of their own', 'conv2d n1c28h90w40 m2r3s3 pd1 @real#3'],
    ['maps', 'conv2d n1c40h7w7 m77r3s3 pd1 bias @real#4'],
    ['maps in blocks', 'conv2d n1c300h4w4 m120r3s3 pd1 @real#5'],
    ['depth in blocks', 'conv2d n1c57h6w7 m33r3s3 pd1 @real#6'],
    ['x in place', 'conv2d n3c6h14w14 m16r5s5 bias @real#7'],
    ['images', 'conv2d n17c2h9w8 m6r5s5 bias @real#8'],
    ['groups', 'conv2d n2c12h5w6 m20r3s3 pd1x0x2x1 g4 bias @real#9'],
    ['1×1, its columns', 'conv2d n1c20h21w23 m40r1s1 bias @real#10'],
    ['1×1, its maps', 'conv2d n1c200h5w5 m300r1s1 bias @real#11'],
    ['1×1 of two images', 'conv2d n2c20h9w9 m12r1s1 bias @real#12'],
    ['1×1 in groups', 'conv2d n1c20h9w9 m12r1s1 g4 @real#13'],
    ['1×1 with padding', 'conv2d n2c5h6w7 m33r1s1 pd1 @real#14'],
    ['strided 1×1', 'conv2d n1c33h15w14 m40r1s1 st2 bias @real#15'],
    ['strided 1×1 of several images', 'conv2d n3c5h8w9 m9r1s1 st3 @real#16'],
    ['depthwise, whole vectors a row', 'conv2d n2c9h8w8 m9r3s3 pd1 g9 bias @real#17'],
    ['depthwise, a vector that reaches into the next channel', 'conv2d n3c9h7w7 m9r3s3 pd1 g9 bias @real#18'],
    ['depthwise, strided, two maps a channel', 'conv2d n2c9h11w13 m18r3s3 st2 pd1 g9 @real#19'],
    ['depthwise, columns three apart', 'conv2d n2c9h11w13 m9r3s3 st3 pd1 g9 @real#20'],
    ['few maps of one channel', 'conv2d n9c1h11w13 m5r3s3 pd1 bias @real#22'],
    ['the kernel as large as the image', 'conv2d n3c16h5w5 m120r5s5 bias @real#21'],
    ['dense, its rows', 'dense n33i100o20 bias @real#22'],
    ['dense, its outputs, depth in blocks', 'dense n7i600o130 bias @real#23'],
    ['dense of one row', 'dense n1i300o133 bias @real#24'],
  ])('%s', async (_, descriptor) => {
    const { operator, operands, attributes } = instantiate(parseCase(descriptor), 'float32')
    const expected = await callOperator(one, operator, operands, attributes)
    for (const implementation of shared) {
      for (let i = 0; i < 3; i++)
        expect(await callOperator(implementation, operator, operands, attributes), implementation.name).toEqual(
          expected,
        )
    }
  })

  it.each(['conv2d', 'dense'] as const)('%s: no finding over random cases', async (operator) => {
    const { findings, tally } = await findingsOver(shared[0]!, operator, 150, 12)
    expect(findings).toEqual([])
    expect(tally.cases).toBe(150)
  })
})

const attributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
/** A layer of 16 maps of three times x, which is 2, 3, 4, 5. */
function triple(s: Session) {
  const x = s.tensor([1, 1, 2, 2])
  x.data.set([2, 3, 4, 5])
  return s.conv2d({ x, w: tensor([16, 1, 1, 1], new Array<number>(16).fill(3), 'float32') }, attributes)
}
const tripled = new Array<number[]>(16).fill([6, 9, 12, 15]).flat()

it('layers that follow each other read what all threads of the one before wrote', () => {
  const s = open({ onlyWorkers: true, threads: 3 })
  const { y, run } = triple(s)
  const w = tensor([24, 16, 1, 1], new Array<number>(24 * 16).fill(1), 'float32')
  const second = s.conv2d({ x: y, w }, attributes)
  for (let i = 1; i <= 200; i++) {
    run()
    second.run()
    expect(second.y.data.subarray(92)).toEqual(Float32Array.of(96, 144, 192, 240))
    second.y.data.fill(0)
  }
})

describe('how many threads there are can be read', () => {
  it('as many as were asked for', () => expect(open({ threads: 3 })).toMatchObject({ threads: 3, obstacle: undefined }))
  it('one where none were asked for', () => expect(start()).toMatchObject({ threads: 1, obstacle: undefined }))
  it('a number that is none is refused', () =>
    expect(() => open({ threads: 0 })).toThrow(/^threads: 0 threads were asked for, whole numbers from 1 to 512/))
})

it('after close layers run on one thread, those made before as those made after', async () => {
  const s = open({ onlyWorkers: true })
  const before = triple(s)
  before.run()
  await s.close()
  expect(s).toMatchObject({ threads: 1, obstacle: 'its worker threads have been ended' })
  for (const { y, run } of [before, triple(s)]) {
    y.data.fill(0)
    run()
    expect([...y.data]).toEqual(tripled)
  }
})

it('what is small needs no worker', () => {
  const s = open({ leastFlops: 1e6, onlyWorkers: true, limitMs: 100, worker: workerOf('silent.mjs', 'for (;;);') })
  const { y, run } = triple(s)
  run()
  expect([...y.data]).toEqual(tripled)
})

/** A module of a worker, in a file of its own. */
function workerOf(name: string, source: string): URL {
  const file = join(folder, name)
  writeFileSync(file, source)
  return pathToFileURL(file)
}
const TAKE = `
  import { workerData } from 'node:worker_threads'
  const words = new Int32Array(workerData.buffer)
  while (words[0] < 65536) Atomics.wait(words, 0, words[0])
  Atomics.add(words, 0, 1)
`

it('a process ends by itself with workers that sleep', () => {
  const index = new URL('../index.ts', import.meta.url).href
  const script = join(folder, 'ends.mts')
  writeFileSync(
    script,
    `import { session } from ${JSON.stringify(index)}
    const s = session({ threads: 2, leastFlops: 0, onlyWorkers: true })
    const x = s.tensor([3, 5])
    const { y, run } = s.dense({ x, w: { shape: [40, 5], data: new Float32Array(200).fill(1) } })
    x.data.fill(1)
    run()
    console.log(y.data[7], s.threads)`,
  )
  const tsx = new URL(import.meta.resolve('tsx')).href
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', tsx, script], {
    encoding: 'utf8',
    timeout: 15_000,
  })
  expect({ stdout, stderr, status }).toEqual({ stdout: '5 2\n', stderr: '', status: 0 })
})

describe('a worker that dies', () => {
  it('with a part ends in an error that names the mend, which helps', async () => {
    const s = open({ onlyWorkers: true, limitMs: 3000, worker: workerOf('dies.mjs', `${TAKE}; process.exit(1)`) })
    const { y, run } = triple(s)
    expect(run).toThrow(/^session: no worker thread answered within 3 s, \d parts .* await close\(\), then run again/)
    expect(run).toThrow(/await close\(\)/)
    await s.close()
    run()
    expect([...y.data]).toEqual(tripled)
    expect(s.threads).toBe(1)
  })

  it('before it takes a part is not missed: the calling thread takes them all', () => {
    const s = open({ worker: workerOf('ends.mjs', 'process.exit(1)') })
    const { y, run } = triple(s)
    run()
    expect([...y.data]).toEqual(tripled)
  })

  it('again and again is not replaced, and one thread is said to be left', async () => {
    const s = open({ worker: workerOf('throws.mjs', `throw new Error('no such luck')`) })
    const { run } = triple(s)
    await expect
      .poll(
        () => {
          run()
          return s.threads
        },
        { timeout: 10_000 },
      )
      .toBe(1)
    expect(s.obstacle).toBe('its worker threads ended in an error, one after the other')
  })

  it('of an error says which', async () => {
    const source = `${TAKE}; const text = Buffer.from(workerData.buffer, 12352, 1024); text.fill(0).write('out of luck')
      const parts = words[0] >> 16; Atomics.store(words, 16, 3); Atomics.store(words, 1, parts); Atomics.notify(words, 1)`
    const s = open({ onlyWorkers: true, limitMs: 15_000, worker: workerOf('fails.mjs', source) })
    expect(triple(s).run).toThrow('session: a worker thread failed: out of luck')
  })
})
