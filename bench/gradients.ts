/**
 * Time of a gradient check of conv2d, all three gradients, by full Jacobian and by random projection: x (2,3,8,8),
 * w (4,3,3,3), b, padding 1, float64. Beside it, in turns within one run, PyTorch's gradcheck of the same case where
 * Debian's python3-torch is installed. `npm run bench:gradients`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pythonWith } from '../audit/witness/python.ts'
import { GRADIENT_CASE, gradientCheck, type Mode } from './harness/gradientCheck.ts'
import { intervalText, medianInterval } from './interval.ts'

const ROUNDS = 20
/** Checks before the first round: V8 has optimized what it will by then. */
const WARM = 60
/** Checks of a round; their mean is one sample. */
const AT_ONCE = { full: 5, fast: 40 } as const

/** Milliseconds a check. */
async function timeOurs(mode: Mode): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < AT_ONCE[mode]; i++) await gradientCheck(mode)
  return (performance.now() - start) / AT_ONCE[mode]
}

interface Peer {
  readonly version: string
  /** Milliseconds of one check. */
  time(mode: Mode): Promise<number>
  close(): void
}

async function pytorch(): Promise<Peer | undefined> {
  const { command, missing } = pythonWith(['torch'])
  if (missing !== undefined) {
    process.stdout.write(`PyTorch is left out: ${missing}\n`)
    return undefined
  }
  const program = fileURLToPath(new URL('./python/gradcheck.py', import.meta.url))
  const child: ChildProcess = spawn(command, ['-B', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('PyTorch has no pipes')
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done) throw new Error('PyTorch has ended before it answered')
    return line.value
  }
  const version = await next()
  return {
    version,
    async time(mode) {
      stdin.write(`${mode}\n`)
      return 1000 * Number(await next())
    },
    close: () => stdin.end(),
  }
}

const peer = await pytorch()
for (const mode of ['full', 'fast'] as const) for (let i = 0; i < WARM; i++) await gradientCheck(mode)
for (const mode of ['full', 'fast'] as const) {
  await peer?.time(mode)
  const [ours, theirs, ratios]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    // In turns, and by turns first, so that what the machine does meanwhile meets both.
    const first = round % 2 === 0 ? await timeOurs(mode) : undefined
    const other = await peer?.time(mode)
    const own = first ?? (await timeOurs(mode))
    ours.push(own)
    if (other === undefined) continue
    theirs.push(other)
    ratios.push(other / own)
  }
  const name = mode === 'full' ? 'full Jacobian' : 'random projection'
  process.stdout.write(`${GRADIENT_CASE}, all gradients, ${name}: ${intervalText(medianInterval(ours), ' ms')}`)
  if (peer) {
    process.stdout.write(
      `; PyTorch ${peer.version} gradcheck ${intervalText(medianInterval(theirs), ' ms')}: ${intervalText(medianInterval(ratios), ' ×', 1)}`,
    )
  }
  process.stdout.write(` (median of ${ROUNDS} rounds, 95 %)\n`)
}
peer?.close()
