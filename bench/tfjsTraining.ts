/**
 * TensorFlow.js's training step of the article's network for bench/training.ts, in a process of its own: tfjsTraining.ts variant batch
 * backend build. Its name on stdout, then, for each number of steps on stdin, seconds; or its name and what it lacks, and the end.
 */
import { createInterface } from 'node:readline'
import { tfjsTraining } from '../audit/target/tfjs/training.ts'

const [variant, size, backend, build] = process.argv.slice(2)
const { version, missing, step } = await tfjsTraining(
  backend === 'wasm' ? 'wasm' : 'cpu',
  build === 'es2017' ? 'es2017' : 'node',
  variant === 'mean' ? 'mean' : 'max',
  0.05,
  0.9,
)
const batch = Number(size)
const images = Float32Array.from({ length: batch * 784 }, (_, i) => ((i * 7919) % 256) / 255)
const classes = new Float32Array(batch * 10)
for (let n = 0; n < batch; n++) classes[n * 10 + (n % 10)] = 1
process.stdout.write(`${version}${missing.length > 0 ? ` cannot train, it has no kernel ${missing.join(', ')}` : ''}\n`)
if (missing.length === 0)
  for await (const steps of createInterface({ input: process.stdin })) {
    const start = performance.now()
    for (let i = 0; i < Number(steps); i++) step(images, classes)
    process.stdout.write(`${(performance.now() - start) / 1000}\n`)
  }
