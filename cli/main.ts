#!/usr/bin/env node
/** The command line: one file a command, each loaded only when it is called, so that --help is quick. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { exitCode, report } from './exit.ts'
import { reporterNames } from './reporterNames.ts'

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

/** How a report is asked for. */
const reported = (command: Command): Command =>
  command
    .option('-r, --reporter <name>', `${reporterNames.join(', ')}; may be repeated or a list with commas`, several)
    .option('--output <file>', 'where to: FILE for the one reporter, name=FILE for one of several', several)
    .option('--json', 'print one JSON document instead of tables: --reporter json')

const positive = (text: string): number => {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('it must be a number above 0.')
}

const atLeast0 = (text: string): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('it must be a number of at least 0.')
}

const momentum = (text: string): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value < 1) return value
  throw new InvalidArgumentError('it must be a number of at least 0, below 1.')
}

const decay = (text: string): number => {
  const value = positive(text)
  if (value <= 1) return value
  throw new InvalidArgumentError('it must be a number above 0, at most 1.')
}

const every = (text: string): number => wholeNumber(1)(text.replace(/^every=/, ''))

/** A command may hold commas. */
const each = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text]

const program = new Command('cnn-oracle')
  .description('Holds implementations of convolutional networks against a textbook oracle')
  .exitOverride()
  .showHelpAfterError('(--help shows what there is)')

reported(program.command('audit'))
  .description('judge targets: built-in names (see --list), one way of one (tfjs-cpu/same), or modules (./my-conv.ts)')
  .argument('[target...]', 'every installed target when none is given')
  .option('-o, --operator <name>', 'only this operator; may be repeated or a list with commas', several)
  .option('-n, --cases <count>', 'cases an operator', wholeNumber(1), 12)
  .option('-s, --seed <number>', 'seed of the cases', wholeNumber(1), 1)
  .option('--time-limit <seconds>', 'what a call may take', wholeNumber(1), 5)
  .option('--memory-limit <MB>', 'what a target and all it starts may take', wholeNumber(64), 4096)
  .option('--pipe <command>', 'a program that speaks the pipe protocol (audit/PIPE.md); may be repeated', each)
  .option('--record <file>', 'keep every verdict as a line of JSON, written before the next case begins')
  .option('--resume <file>', 'go on with the record of a run that did not end')
  .option('--known <file>', 'findings that you expect, beside those of the peers; may be repeated', several)
  .option('--no-known-peers', 'leave out what is known of the peers')
  .option('--shard <i/n>', 'only the i-th of n shares of the run; merge makes one report of them')
  .option('--list', 'list targets and operators')
  .option('--onnx <file>', 'audit the layers of this ONNX model instead; with the options below')
  .option('--through <name>', 'what runs the model: onnxruntime-node or onnxruntime-web', 'onnxruntime-node')
  .option('--input <file>', 'FILE.npy or FILE.pb, or name=FILE; drawn by --seed when left out', several)
  .option('--dim <name=size>', 'a size that the model leaves open; 1 when left out', several)
  .option('--end-to-end', 'also run the textbook on its own results and show how the error grows')
  .option('--model <name>', 'audit the layers of a published network instead: upscaler; with the options below')
  .option('--image <file>', 'a PNG to run it on; the sample of its package when left out')
  .option('--crop <pixels>', 'how much of the picture: a square in its middle', wholeNumber(1), 32)
  .option('--pictures <folder>', 'where to write what each makes of it', 'reports/upscaler')
  .action(async (targets: string[], flags) => {
    if (flags.model !== undefined) {
      process.exitCode = await (await import('./auditNetwork.ts')).auditNetwork(flags.model, targets, flags)
      return
    }
    if (flags.onnx !== undefined) {
      process.exitCode = await (await import('./auditOnnx.ts')).auditOnnx(flags.onnx, targets, flags)
      return
    }
    process.exitCode = await (await import('./audit.ts')).audit(targets, flags)
  })

reported(program.command('merge'))
  .description('make one report of the JSON documents of all shards, or of one whole run in another form')
  .argument('<file...>', 'what `audit --shard i/n --json` wrote')
  .action(async (files: string[], flags) => {
    process.exitCode = (await import('./merge.ts')).merge(files, flags)
  })

program
  .command('replay')
  .description(
    'run one case again and show its operands, what must come out and what came; of several, in a row, the last',
  )
  .argument('<descriptor...>', "a case, as every report prints it: 'conv2d n1c2h5w6 m2r3s3 @real#1'")
  .option('-t, --target <name>', 'the implementation to call', 'optimized')
  .option('--repeated', 'twenty calls alike, which must agree to the bit')
  .option('--together', 'all cases at once, each called before any is awaited')
  .option('--refilled', 'the last of two cases in the arrays of the first')
  .option('--law <equation>', 'a law of the operator, by its equation')
  .option('--gradient <operator>', 'a gradient beside the case, which is one of the forward operator')
  .option('--time-limit <seconds>', 'what the call may take', wholeNumber(1), 5)
  .option('--memory-limit <MB>', 'what the target and all it starts may take', wholeNumber(64), 4096)
  .action(async (descriptors: string[], flags) => {
    process.exitCode = await (await import('./replay.ts')).replay(descriptors, flags)
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

program
  .command('train')
  .description('train the network of the article on Fashion-MNIST')
  .option('--data <folder>', 'its four idx files; 2,000 images come with the package')
  .option('--variant <name>', 'mean (sigmoid, mean pooling, quadratic cost) or max (relu, max pooling, softmax)', 'max')
  .option('-e, --epochs <count>', 'passes over the images', wholeNumber(1), 20)
  .option('-b, --batch <count>', 'images a step', wholeNumber(1), 32)
  .option('-s, --seed <number>', 'seed of weights and order', wholeNumber(1), 1)
  .option('--rate <number>', 'learning rate (default: mean 1.6, max 0.025)', positive)
  .option('--momentum <number>', 'momentum, below 1', momentum, 0.9)
  .option('--decay <number>', 'what is left of the rate after each epoch, up to 1', decay, 0.87)
  .option('--weight-decay <number>', 'pull of weights towards 0 (default: mean 0, max 0.0005)', atLeast0)
  .option('--validation <count>', 'hold so many of the training images out, the last, and test on them', wholeNumber(1))
  .option('-t, --target <name>', 'who computes: optimized, textbook or a module', 'optimized')
  .option('--verify <count>', 'hold every so many steps against the textbook: 100 or every=100', every)
  .option('--checkpoint <file>', 'where to write it', 'checkpoint.safetensors')
  .option('--resume <file>', 'go on from a checkpoint, with its settings')
  .action(async (flags, command) => {
    const asked = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli')
    process.exitCode = await (await import('./train.ts')).train(flags, new Set(asked))
  })

const bench = program
  .command('bench')
  .description(
    'time layers beside the peak of the machine and other packages, or, with --against, hold tracked kernels against a commit',
  )
  .argument(
    '[suite...]',
    'resnet50 (the usual), vgg16, mobilenet, lenet, networks (those four), small, awkward, or ./my-shapes.txt',
  )
  .option('--peers', 'beside every installed package, in turns within one run')
  .option(
    '--rung <name>',
    'rungs of the ladder, each beside the first: textbook, blocked, simd, session, session-fed, winograd, threads, session-threads',
    several,
  )
  .option('--gradients', 'the gradients of each layer as well')
  .option(
    '--seconds <count>',
    'what the cases of a suite may take, as far as intervals of six rounds allow (40); with --against, when the last session begins (240)',
    wholeNumber(1),
  )
  .option(
    '-f, --filter <text>',
    'only cases with this in their name or descriptor; may be repeated or a list with commas',
    several,
  )
  .option(
    '--against <ref>',
    'the commit to compare with, a branch, a tag or a hash: PASS, FAIL or INCONCLUSIVE a kernel',
  )
  .option('-s, --seed <number>', 'seed of the order in which arms take turns', wholeNumber(1), 1)
  .option(
    '--record <file>',
    'append to this history: the result of --against or of harness, a line a kernel, or what history --add reads',
  )
  .option('--json', 'print one JSON document instead of a table')
  .option('--list', 'list the cases; with --against the tracked kernels')
  .action(async (names: string[], flags) => {
    if (flags.against === undefined) {
      process.exitCode = await (await import('./benchSuite.ts')).benchSuite(names, flags)
      return
    }
    process.exitCode = await (await import('./bench.ts')).bench(names, flags)
  })

bench
  .command('selftest')
  .description('identical code and injected slowdowns through the gate, with and without a load: what does it say?')
  .option('-n, --trials <count>', 'gate runs of each kind', wholeNumber(1), 1)
  .option('-k, --kernels <count>', 'how many of the tracked kernels', wholeNumber(1), 12)
  .option('--only <kinds>', 'of 0, 2, 5, 10: percent of slowdown, a list with commas', several)
  .option('--load <which>', 'with a competing process (loaded), without (idle), or both', 'both')
  .option('--results <file>', 'where runs are appended', 'bench/history/selftest.jsonl')
  .option('--report', 'run nothing, print what the file holds')
  .option('-s, --seed <number>', 'seed of the first run', wholeNumber(1), 1)
  .action(async (_, command) => {
    // --seed of `bench` itself is a different one with the same name: commander gives it to the parent.
    process.exitCode = await (await import('./bench.ts')).benchSelftest(command.optsWithGlobals())
  })

bench
  .command('history')
  .description('draw what was recorded, a chart a kernel, with change points')
  .argument('[path]', 'a file of JSON lines, or a folder of them', 'bench/history')
  .option('--add <file>', 'first append what a suite printed with --json; to bench/history/suites.jsonl, or --record')
  .option('--svg <file>', 'where the picture goes', 'bench/report/history.svg')
  .option('--no-svg', 'draw in the terminal alone')
  .action(async (path: string, _, command) => {
    process.exitCode = (await import('./benchHistory.ts')).benchHistory(path, command.optsWithGlobals())
  })

bench
  .command('compare')
  .description('two recorded runs, kernel by kernel: times within one machine, ratios across')
  .argument('<a>', 'FILE.jsonl, FILE.json of a suite, or a commit of the history')
  .argument('<b>', 'the same')
  .option('--history <path>', 'where commits are looked up', 'bench/history')
  .action(async (a: string, b: string, _, command) => {
    process.exitCode = (await import('./benchCompare.ts')).benchCompare(a, b, command.optsWithGlobals())
  })

bench
  .command('report')
  .description('write pictures: rate against size, roofline, ladder, peers, history')
  .argument('[file...]', 'what suites printed with --json')
  .option('--folder <folder>', 'where to', 'bench/report')
  .action(async (files: string[], flags) => {
    process.exitCode = (await import('./benchReport.ts')).benchReport(files, flags)
  })

bench
  .command('harness')
  .description('how fast the harness itself is: textbook, gradient checks, verdicts, audits, start of the command line')
  .option('--only <parts>', 'of textbook, gradients, verdicts, audit, startup: a list with commas', several)
  .option('--rounds <count>', 'samples of an operator; an interval needs 6', wholeNumber(6), 7)
  .action(async (_, command) => {
    process.exitCode = await (await import('./benchHarness.ts')).benchHarness(command.optsWithGlobals())
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
