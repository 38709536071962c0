#!/usr/bin/env node
/** The command line: one file a command, each loaded only when it is called, so that --help is quick. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { exitCode, report } from './exit.ts'

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`it must be a whole number of at least ${least}, below 2^53.`)
  }

const several = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...text.split(','),
]

const program = new Command('cnn-oracle')
  .description('Holds implementations of convolutional networks against a textbook oracle')
  .exitOverride()
  .showHelpAfterError('(--help shows what there is)')

program
  .command('audit')
  .description('judge targets: built-in names (see --list), one way of one (tfjs-cpu/same), or modules (./my-conv.ts)')
  .argument('[target...]', 'every installed target when none is given')
  .option('-o, --operator <name>', 'only this operator; may be repeated or a list with commas', several)
  .option('-n, --cases <count>', 'cases an operator', wholeNumber(1), 12)
  .option('-s, --seed <number>', 'seed of the cases', wholeNumber(1), 1)
  .option('--time-limit <seconds>', 'what a call may take', wholeNumber(1), 5)
  .option('--known <file>', 'known findings; those of the peers when left out')
  .option('--json', 'print one JSON document instead of tables')
  .option('--list', 'list targets and operators')
  .option('--onnx <file>', 'audit the layers of this ONNX model instead; with the options below')
  .option('--through <name>', 'what runs the model: onnxruntime-node or onnxruntime-web', 'onnxruntime-node')
  .option('--input <file>', 'FILE.npy or FILE.pb, or name=FILE; drawn by --seed when left out', several)
  .option('--dim <name=size>', 'a size that the model leaves open; 1 when left out', several)
  .option('--end-to-end', 'also run the textbook on its own results and show how the error grows')
  .action(async (targets: string[], flags) => {
    if (flags.onnx !== undefined) {
      process.exitCode = await (await import('./auditOnnx.ts')).auditOnnx(flags.onnx, targets, flags)
      return
    }
    process.exitCode = await (await import('./audit.ts')).audit(targets, flags)
  })

program
  .command('replay')
  .description('run one case again and show its operands, what must come out and what came')
  .argument('<descriptor>', "a case, as every report prints it: 'conv2d n1c2h5w6 m2r3s3 @real#1'")
  .option('-t, --target <name>', 'the implementation to call', 'optimized')
  .action(async (descriptor: string, flags) => {
    process.exitCode = await (await import('./replay.ts')).replay(descriptor, flags)
  })

program
  .command('plan')
  .description('show how optimized will compute a case: algorithm, tile, blocks, memory, bound, kernels')
  .argument('<descriptor>', "a case: 'conv2d n1c64h56w56 m64r3s3 pd1'; how values are drawn does not matter")
  .action(async (descriptor: string) => {
    process.exitCode = (await import('./plan.ts')).plan(descriptor)
  })

program
  .command('selfcheck')
  .description('hold correct float32 sums in nine orders against the verdict: how many does it blame?')
  .option('-n, --results <count>', 'results to judge, at least', wholeNumber(1), 1_000_000)
  .option('-s, --seed <number>', 'seed of the cases', wholeNumber(1), 1)
  .option('--json', 'print one JSON document instead of a table')
  .action(async (flags) => {
    process.exitCode = (await import('./selfcheck.ts')).selfcheck(flags)
  })

program
  .command('vectors')
  .description('test vectors for programs that can be neither called nor piped: hardware, GPUs, other languages')
  .command('export')
  .description('write inputs, expected values, bounds and the mistakes each vector hunts into a new folder')
  .argument('<dir>', 'a folder that is not there yet, or empty')
  .option('-o, --operator <name>', 'only this operator; may be repeated or a list with commas', several)
  .option('-p, --precision <name>', 'float32 or float64', 'float32')
  .option('-s, --seed <number>', 'seed of the cases', wholeNumber(1), 1)
  .option('-f, --format <name>', 'json, npz, onnx; may be repeated or a list with commas (default: all)', several)
  .option('--json', 'print the manifest')
  .action(async (dir: string, flags) => {
    process.exitCode = (await import('./vectors.ts')).exportCommand(dir, flags)
  })

program
  .command('judge')
  .description('judge the outputs that another program put beside exported vectors')
  .argument(
    '<dir>',
    'what vectors export wrote, with output.npy, .npz, .json or output_0.pb in the folder of each vector',
  )
  .option('-o, --operator <name>', 'only this operator; may be repeated or a list with commas', several)
  .option('--numerics <name>', 'how convolutions were computed: sum, winograd or fft', 'sum')
  .option('--json', 'print one JSON document instead of a table')
  .action(async (dir: string, flags) => {
    process.exitCode = (await import('./judge.ts')).judge(dir, flags)
  })

// Whoever reads may have enough: `cnn-oracle audit --list | head -3` is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.holds : exitCode.usage
  else process.exitCode = report(error)
}
