/** The pipe protocol against programs of a few lines, in Node because that is what is always there. */
import { describe, expect, it } from 'vitest'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { judge } from '../judge.ts'
import { isTrap } from '../trap.ts'
import { type PipeOptions, pipeImplementation } from './pipe.ts'

const HELLO = {
  protocol: 'cnn-oracle-pipe',
  version: 1,
  name: 'tiny',
  implementationVersion: '1.2',
  precision: 'float64',
  operators: ['relu', 'tanh'],
}
const helloLine = `say(${JSON.stringify(HELLO)})`

/** A program that says hello, runs `onRequest` for each `request`, and does what it likes at the end of its input. */
const program = (onRequest: string, hello = helloLine): string[] => [
  process.execPath,
  '-e',
  `const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
  ${hello}
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const request = JSON.parse(line)
    const { id, operator, operands, attributes } = request
    ${onRequest}
  })`,
]
const RELU = `
  const x = Buffer.from(operands.x.data, 'base64')
  for (let i = 0; i < x.length; i += 8) if (x.readDoubleLE(i) < 0) x.writeDoubleLE(0, i)
  const answer = { id, result: { ...operands.x, data: x.toString('base64') } }`

async function withProgram<T>(
  command: readonly string[],
  use: (implementation: Implementation) => Promise<T>,
  options: PipeOptions = {},
): Promise<T> {
  const implementation = await pipeImplementation(command, options)
  try {
    return await use(implementation)
  } finally {
    await implementation.close?.()
  }
}

const X = tensor([3], [-1, 2, -3])
/** The error that a call of relu ends in. */
const errorOf = (command: readonly string[], options: PipeOptions = {}): Promise<string> =>
  withProgram(
    command,
    async ({ operators }) => {
      const outcome = await Promise.resolve(operators.relu?.({ x: X }, {})).catch((error: unknown) => error)
      return outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : 'no error'
    },
    options,
  )

describe('a program that keeps to the protocol', () => {
  it('is an implementation', async () => {
    await withProgram(program(`${RELU}; say(answer)`), async (tiny) => {
      expect({ ...tiny, operators: Object.keys(tiny.operators), close: undefined }).toEqual({
        name: 'tiny',
        version: '1.2',
        precision: 'float64',
        operators: ['relu', 'tanh'],
        close: undefined,
      })
      expect(await tiny.operators.relu?.({ x: X }, {})).toEqual(tensor([3], [0, 2, 0]))
      expect((await judge(tiny, parseCase('relu n2c3h4w5 @special#7'))).status).toBe('held')
    })
  })

  it('is asked with complete attributes, and without an absent bias', async () => {
    const echo = `say({ id, error: JSON.stringify({ operator, operands: Object.keys(operands), attributes }) })`
    const hello = `say(${JSON.stringify({ ...HELLO, operators: ['dense', 'conv2d'] })})`
    const plain = { stride: [1, 2], padding: [0, 1, 2, 3], dilation: [1, 1], groups: 1 } as const
    await withProgram(program(echo, hello), async ({ operators }) => {
      const [x, w] = [tensor([1, 1, 1, 1], [1]), tensor([1, 1, 1, 1], [1])]
      await expect(operators.conv2d?.({ x, w, b: undefined }, plain)).rejects.toThrow(
        JSON.stringify({ operator: 'conv2d', operands: ['x', 'w'], attributes: plain }),
      )
    })
  })

  it('may answer requests that overlap in any order', async () => {
    const reversed = `${RELU}; (global.held ??= []).unshift(answer); if (held.length === 3) held.forEach(say)`
    await withProgram(program(reversed), async ({ operators }) => {
      const calls = [1, 2, 3].map((v) => operators.relu?.({ x: tensor([2], [-v, v]) }, {}))
      expect(await Promise.all(calls)).toEqual([1, 2, 3].map((v) => tensor([2], [0, v])))
    })
  })

  it('may take its time for each of many requests: every answer starts the clock anew', async () => {
    const slow = `global.queue = (global.queue ?? Promise.resolve()).then(async () => {
      await new Promise((done) => setTimeout(done, 300)); ${RELU}; say(answer) })`
    await withProgram(
      program(slow),
      async ({ operators }) => {
        const calls = [1, 2, 3, 4].map((v) => operators.relu?.({ x: tensor([1], [v]) }, {}))
        expect(await Promise.all(calls)).toEqual([1, 2, 3, 4].map((v) => tensor([1], [v])))
      },
      { callMs: 1000 },
    )
  })

  it('says what it does not offer, and goes on', async () => {
    const refuses = `${RELU}; operator === 'tanh' ? say({ id, unsupported: 'no tables' }) : say(answer)`
    await withProgram(program(refuses), async (tiny) => {
      const outcome = await judge(tiny, parseCase('tanh n1c1h1w2 @real#1'))
      expect(outcome).toEqual({ status: 'unsupported', message: 'tanh: no tables' })
      expect(await tiny.operators.relu?.({ x: X }, {})).toEqual(tensor([3], [0, 2, 0]))
    })
  })

  it('says what went wrong, and goes on', async () => {
    const throws = `${RELU}; id === 1 ? say({ id, error: 'ValueError: too wide' }) : say(answer)`
    await withProgram(program(throws), async ({ operators }) => {
      await expect(operators.relu?.({ x: X }, {})).rejects.toThrow(/relu: ValueError: too wide$/)
      expect(await operators.relu?.({ x: X }, {})).toEqual(tensor([3], [0, 2, 0]))
    })
  })

  it('a RuntimeError of the program is no trap of WebAssembly: it threw, and the process is sound', async () => {
    const throws = program(`say({ id, error: 'RuntimeError: output shape cannot be negative' })`)
    const relu = (tiny: Implementation) => judge(tiny, parseCase('relu n1c1h1w1 @real#1'))
    const outcome = await withProgram(throws, relu, { label: 'tiny' })
    expect(outcome).toMatchObject({ kind: 'threw', message: expect.stringContaining('tiny: relu: RuntimeError: ') })
    if (outcome.status === 'failed') expect(isTrap(outcome.kind, outcome.message)).toBe(false)
    expect(isTrap('threw', 'relu: threw: RuntimeError: unreachable')).toBe(true)
  })

  it('ends when its input ends; one that stays is killed', async () => {
    const stays = await pipeImplementation(program('', `${helloLine}; setInterval(() => {}, 1000)`), { closeMs: 50 })
    await stays.close?.()
    await expect(stays.operators.relu?.({ x: X }, {})).rejects.toThrow('still there 0.05 s after its last request')
    const goes = await pipeImplementation(program(''))
    await goes.close?.()
    await expect(goes.operators.relu?.({ x: X }, {})).rejects.toThrow('ended with exit code 0')
  })
})

describe('an answer that is off fails its call, and names it', () => {
  it.each([
    [
      'of fewer numbers than its shape',
      `answer.result.shape = [4]`,
      'shape (4) of float64 is 4 numbers, 32 bytes, and its data holds 24',
    ],
    ['of another type than the protocol knows', `answer.result.type = 'float16'`, 'result.type: '],
    ['without data', `delete answer.result.data`, 'result.data: '],
    [
      'with result and error',
      `answer.error = 'x'`,
      'exactly one of result, unsupported and error; it has id, result, error',
    ],
    ['with none of them', `delete answer.result`, 'exactly one of result, unsupported and error; it has id'],
  ])('%s', async (_, spoil, message) => {
    const spoiled = program(`${RELU}; if (operator === 'relu') { ${spoil} }; say(answer)`)
    await withProgram(spoiled, async ({ operators }) => {
      const call = operators.relu?.({ x: X }, {})
      await expect(call).rejects.toThrow('relu: the answer to request 1 is off: ')
      await expect(call).rejects.toThrow(message)
      // The lines are still in step.
      expect(await operators.tanh?.({ x: X }, {})).toEqual(tensor([3], [0, 2, 0]))
    })
  })

  it('in the other precision is a wrong type, which the verdict reports', async () => {
    const single = program(`say({ id, result: { shape: operands.x.shape, type: 'float32',
      data: Buffer.alloc(Buffer.from(operands.x.data, 'base64').length / 2).toString('base64') } })`)
    await withProgram(single, async (tiny) => {
      expect(await judge(tiny, parseCase('relu n1c1h1w2 @real#1'))).toMatchObject({ status: 'failed', kind: 'type' })
    })
  })
})

describe('what ends a program ends its calls, with the reason and the mend', () => {
  it.each([
    [
      'a print of a library',
      `process.stdout.write('loading…\\n')`,
      'wrote "loading…" to stdout; each line must be one JSON object. Stdout is for the protocol alone: print everything else to stderr',
    ],
    ['JSON that is no answer', `say([id])`, 'wrote "[1]" to stdout; an answer must carry the whole number "id"'],
    [
      'an id that nobody asked with',
      `say({ id: 7, error: '' })`,
      'answered request 7, which does not wait for an answer (waiting: 1)',
    ],
    [
      'its own end',
      `console.error('out of luck\\nout of memory'); process.exit(3)`,
      'ended with exit code 3; its last line on stderr: out of memory',
    ],
    ['its death', `process.kill(process.pid, 'SIGTERM')`, 'died of SIGTERM'],
    [
      'an end in the middle of a line',
      `process.stdout.write('{"id":1,', () => process.exit(0))`,
      'in the middle of a line (8 characters without a newline)',
    ],
  ])('%s', async (_, spoil, message) => {
    const error = await errorOf(program(spoil))
    expect(error).toContain(`PipeError: ${process.execPath} -e `)
    expect(error).toContain(message)
  })

  it('silence', async () => {
    expect(await errorOf(program(''), { callMs: 100 })).toContain(
      'no answer to request 1, relu within 0.1 s; does it flush',
    )
  })

  it('silence after the first of two answers', async () => {
    const once = program(`${RELU}; if (id === 1) say(answer)`)
    await withProgram(
      once,
      async ({ operators }) => {
        const [first, second] = [1, 2].map((v) => operators.relu?.({ x: tensor([1], [v]) }, {}))
        expect(await first).toEqual(tensor([1], [1]))
        await expect(second).rejects.toThrow('no answer to request 2, relu within 0.5 s')
      },
      { callMs: 500 },
    )
  })

  it('a line without end', async () => {
    const endless = program(`process.stdout.write('x'.repeat(2000))`)
    expect(await errorOf(endless, { lineCharacters: 1000 })).toContain(
      '2000 characters and has not ended; end every message with a newline',
    )
  })

  it('an answer given twice', async () => {
    await withProgram(program(`${RELU}; say(answer); say(answer)`), async ({ operators }) => {
      expect(await operators.relu?.({ x: X }, {})).toEqual(tensor([3], [0, 2, 0]))
      await expect(operators.relu?.({ x: X }, {})).rejects.toThrow('answered request 1, which does not wait')
    })
  })

  it('every call that waits, and every later one', async () => {
    await withProgram(program(`process.exit(3)`), async ({ operators }) => {
      const calls = [1, 2].map((v) => operators.relu?.({ x: tensor([1], [v]) }, {}))
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      await expect(operators.relu?.({ x: X }, {})).rejects.toThrow('ended with exit code 3')
    })
  })
})

describe('a program that cannot be spoken to is refused at its start', () => {
  const changed = (change: Readonly<Record<string, unknown>>) =>
    program('', `say(${JSON.stringify({ ...HELLO, ...change })})`)
  it.each([
    ['no command', [], 'the command of a pipe is empty'],
    ['no such program', ['no-such-program'], 'no-such-program: does not start: spawn no-such-program ENOENT'],
    ['an end before the first line', program('', 'process.exit(1)'), 'ended with exit code 1 before its first line'],
    ['a first line that is no hello', program('', `console.log('v1.0')`), 'wrote "v1.0" to stdout'],
    [
      'another protocol',
      changed({ protocol: 'lsp' }),
      'the first line must be {"protocol":"cnn-oracle-pipe","version":1,…}',
    ],
    [
      'another version',
      changed({ version: 2 }),
      'speaks version 2 of the pipe protocol, this cnn-oracle speaks version 1',
    ],
    ['no precision', changed({ precision: 'half' }), 'its first line is off: precision: '],
    ['no operator', changed({ operators: [] }), 'its first line is off: operators: '],
    [
      'a misspelt operator',
      changed({ operators: ['relu', 'conv2D'] }),
      'offers "conv2D", which is no operator of the contract; did you mean conv2d?',
    ],
  ])('%s', async (_, command, message) => {
    await expect(pipeImplementation(command)).rejects.toThrow(message)
  })

  it('silence', async () => {
    await expect(pipeImplementation(program('', ''), { startMs: 100 })).rejects.toThrow('no first line within 0.1 s')
  })
})
