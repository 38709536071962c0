import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'train-'))
const data = join(folder, 'data')
const file = (name: string): string => join(folder, name)
/** Each call starts a process, which loads everything: seconds on a busy machine. */
const SLOW = 60_000

const args = (...rest: string[]) => ['--import', 'tsx', 'cli/main.ts', 'train', ...rest]
const run = (...rest: string[]) => spawnSync(process.execPath, args(...rest), { encoding: 'utf8', timeout: SLOW })

/** 64 images of the fixture for each part, so that an epoch is two batches. */
beforeAll(() => {
  mkdirSync(data)
  for (const [name, axes, each] of [
    ['images-idx3', 3, 784],
    ['labels-idx1', 1, 1],
  ] as const) {
    const bytes = gunzipSync(readFileSync(`fixtures/fashion-mnist/train-${name}-ubyte.gz`))
    const few = Buffer.from(bytes.subarray(0, 4 + 4 * axes + 64 * each))
    few.writeUInt32BE(64, 4)
    for (const part of ['train', 't10k']) writeFileSync(join(data, `${part}-${name}-ubyte.gz`), gzipSync(few))
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('cnn-oracle train', () => {
  it(
    'tells loss and accuracy of each epoch on stderr; --resume reaches the bits of a run without a stop',
    () => {
      const whole = run('--data', data, '--epochs', '3', '--checkpoint', file('whole'))
      expect(whole.status, whole.stderr).toBe(0)
      expect(whole.stderr).toMatch(/^epoch 1\/3 loss 2\.\d+ accuracy \d+\.\d\d % .*\nepoch 2\/3 .*\nepoch 3\/3 .*\n$/)
      expect(whole.stdout).toMatch(/^max, seed 1, optimized: test accuracy \d+\.\d\d % of 64, /)
      run('--data', data, '--epochs', '1', '--checkpoint', file('part'))
      const { status } = run('--data', data, '--epochs', '3', '--resume', file('part'), '--checkpoint', file('again'))
      expect(status).toBe(0)
      expect(readFileSync(file('again'))).toEqual(readFileSync(file('whole')))
    },
    4 * SLOW,
  )

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s writes a checkpoint, says how to go on, ends with 130, and from there it reaches the same bits',
    async (signal) => {
      const name = file(`stopped by ${signal}`)
      const settings = ['--data', data, '--epochs', '400', '--checkpoint', name]
      const child = spawn(process.execPath, args(...settings), { stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      child.stdout.on('data', (text) => {
        said += text
      })
      child.stderr.once('data', () => child.kill(signal))
      const status = await new Promise((done) => child.once('close', done))
      expect(status).toBe(130)
      expect(said).toBe(
        `stopped; go on with: cnn-oracle train --data ${data} --epochs 400 --checkpoint '${name}' --resume '${name}'\n`,
      )
      const epoch = /"epoch":"(\d+)"/.exec(readFileSync(name, 'latin1'))![1]
      const upTo = String(Number(epoch) + 1)
      run('--data', data, '--epochs', upTo, '--resume', name, '--checkpoint', file('on'))
      run('--data', data, '--epochs', upTo, '--checkpoint', file('straight'))
      expect(readFileSync(file('on'))).toEqual(readFileSync(file('straight')))
    },
    4 * SLOW,
  )

  it(
    '--validation tests on the training images that it holds out, and looks at no other',
    () => {
      const alone = join(folder, 'alone')
      mkdirSync(alone)
      for (const name of ['images-idx3', 'labels-idx1'])
        copyFileSync(join(data, `train-${name}-ubyte.gz`), join(alone, `train-${name}-ubyte.gz`))
      const { stdout, stderr, status } = run(
        '--data',
        alone,
        '--validation',
        '24',
        '--epochs',
        '1',
        '--batch',
        '8',
        '--checkpoint',
        file('held'),
      )
      expect(status, stderr).toBe(0)
      expect(stdout).toMatch(/: validation accuracy \d+\.\d\d % of 24, /)
    },
    SLOW,
  )

  it(
    'a short last batch counts for the images it has, in the loss of the epoch and in images/s',
    () => {
      // Weights that stay where they are: 48 and 16 images cost together what 64 cost.
      const still = ['--data', data, '--epochs', '1', '--rate', '1e-9', '--checkpoint', file('still')]
      const [whole, parts] = ['5000', '48'].map((batch) => run(...still, '--batch', batch))
      const loss = ({ stderr } = whole!) => /loss (\d\.\d{4})/.exec(stderr)![1]
      expect(loss(parts)).toBe(loss(whole))
      const [, seconds, rate] = /, (\d+\.\d) s of training .*, (\d+) images\/s/.exec(whole!.stdout)!.map(Number)
      expect((rate! - 0.5) * (seconds! - 0.05)).toBeLessThanOrEqual(64)
      expect((rate! + 0.5) * (seconds! + 0.05)).toBeGreaterThanOrEqual(64)
    },
    2 * SLOW,
  )

  it(
    'with --resume other settings than those of the checkpoint are refused, the same are not',
    () => {
      const once = ['--data', data, '--epochs', '1', '--checkpoint', file('own')]
      const given = ['--variant', 'mean', '--rate', '0.25', '--batch', '64']
      expect(run(...once, ...given).status).toBe(0)
      const again = (...flags: string[]) => run(...once, '--resume', file('own'), ...flags)
      const same = again(...given)
      expect([same.status, same.stderr]).toEqual([0, ''])
      expect(same.stdout).toMatch(/^mean, /)
      for (const [flags, mend] of [
        [['--rate', '0.5'], /own: its setting rate is 0\.25, not 0\.5; give the same, or begin without --resume/],
        // As it is by default elsewhere.
        [['--variant', 'max'], /own: its setting variant is mean, not max; /],
        [['--validation', '4'], /own: its setting images is 64, not 60; /],
      ] as const) {
        const { status, stderr, stdout } = again(...flags)
        expect([status, stdout]).toEqual([2, ''])
        expect(stderr).toMatch(mend)
      }
    },
    5 * SLOW,
  )

  it.each([
    [['--variant', 'median'], /--variant is median; it is mean \(the article's\) or max/],
    [['--data', 'nowhere'], /nowhere\/train-images-idx3-ubyte\.gz: ENOENT.*give --data a folder with it/],
    [['--resume', 'nowhere'], /--resume: ENOENT.*give a checkpoint/],
    [['--resume', ''], /--resume: ENOENT.*give a checkpoint/],
    [['--resume', 'package.json'], /package\.json: .*give a safetensors file/],
    [['--checkpoint', '/nowhere/x'], /--checkpoint \/nowhere\/x cannot be written: ENOENT.*give one that can be/],
    [['--checkpoint', 'cli'], /--checkpoint cli cannot be written: it is a folder; give one that can be/],
    [
      ['--rate', '1e30'],
      /epoch 1, batch 2 of 63: the cost is NaN at the rate 1e\+30; begin again with a smaller --rate/,
    ],
    [['--validation', '2000'], /--validation 2000 leaves none of 2000 training images; give at most 1999/],
    [['--target', 'tfjs'], /--target is tfjs; it is optimized, textbook or a module/],
    [['--decay', '2'], /it must be a number above 0, at most 1/],
    [['--weight-decay', '-1'], /it must be a number of at least 0/],
  ])(
    'train %j is refused in one line with the mend; exit code 2',
    (flags, mend) => {
      const { status, stderr, stdout } = run(...flags)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(mend)
      expect(stderr).not.toContain('    at ')
    },
    SLOW,
  )

  it(
    'a wrong layer is named with its operator and a line that runs a layer of its sizes again, which fails as well',
    () => {
      const module = file('faulty.mjs')
      writeFileSync(
        module,
        `import { optimized } from ${JSON.stringify(join(import.meta.dirname, '../optimized/index.ts'))}
        const conv2dWeightGradient = (operands, attributes) => {
          const dw = optimized.operators.conv2dWeightGradient(operands, attributes)
          return { ...dw, data: dw.data.map((v) => v * 1.01) }
        }
        export default { ...optimized, name: 'faulty', operators: { ...optimized.operators, conv2dWeightGradient } }`,
      )
      const { stdout, status } = run(
        '--data',
        data,
        '--target',
        module,
        '--verify',
        '1',
        '--checkpoint',
        file('faulty'),
      )
      expect(status).toBe(1)
      expect(stdout).toMatch(/^wrong: layer \d \(conv2d\) of faulty: conv2dWeightGradient: element /)
      expect(stdout).toContain(`operands and result: ${file('faulty.wrong')} (safetensors)\n`)
      const [, descriptor] = /a layer of its sizes, values drawn: cnn-oracle replay '(.*)' --target/.exec(stdout)!
      expect(descriptor).toMatch(/^conv2dWeightGradient n32c\d+h\d+w\d+ m\d+r5s5 @real#1$/)
      const again = ['--import', 'tsx', 'cli/main.ts', 'replay', descriptor!, '--target', module]
      const replayed = spawnSync(process.execPath, again, { encoding: 'utf8', timeout: SLOW })
      expect(replayed.status).toBe(1)
      expect(replayed.stdout).toContain('conv2dWeightGradient: element ')
      // Named as well where its operands cannot be kept.
      mkdirSync(file('kept.wrong'))
      const kept = run('--data', data, '--target', module, '--verify', '1', '--checkpoint', file('kept'))
      expect([kept.status, kept.stdout.split('\n')[0]]).toEqual([1, stdout.split('\n')[0]])
      expect(kept.stderr).toMatch(/^cnn-oracle: operands and result are not kept: EISDIR.*\n$/)
    },
    3 * SLOW,
  )

  it(
    'without --data it finds the images of the package from any folder',
    () => {
      const main = join(import.meta.dirname, 'main.ts')
      const from = [...args('--epochs', '1', '--batch', '200', '--checkpoint', file('found'))]
      from[2] = main
      const { stdout, stderr, status } = spawnSync(process.execPath, from.with(1, import.meta.resolve('tsx')), {
        cwd: folder,
        encoding: 'utf8',
        timeout: SLOW,
      })
      expect(status, stderr).toBe(0)
      expect(stdout).toContain(' % of 500, ')
    },
    SLOW,
  )
})
