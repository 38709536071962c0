/** Speed of the oracle: conv2d of the textbook in `real` alone, GFLOP/s by CPU time, median of repeated runs. */
import { real } from '../reference/arithmetic/real.ts'
import { conv2d } from '../reference/operator/conv2d.ts'

const RUNS = 15
const WARM = 5

const x = { shape: [1, 32, 28, 28], data: Float64Array.from({ length: 32 * 28 * 28 }, (_, i) => Math.sin(i)) }
const w = { shape: [32, 32, 3, 3], data: Float64Array.from({ length: 32 * 32 * 9 }, (_, i) => Math.cos(i)) }
const flops = 2 * 32 * 32 * 9 * 28 * 28

const rates: number[] = []
for (let run = 0; run < RUNS + WARM; run++) {
  const start = process.cpuUsage()
  conv2d(real, { x, w }, { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 })
  const { user, system } = process.cpuUsage(start)
  if (run >= WARM) rates.push(flops / (user + system) / 1000)
}
rates.sort((a, b) => a - b)
const at = (share: number): string => rates[Math.floor(share * (RUNS - 1))]!.toFixed(3)
process.stdout.write(
  `conv2d n1c32h28w28 m32r3s3 pd1 in real: ${at(0.5)} GFLOP/s (least ${at(0)}, most ${at(1)}, ${RUNS} runs)\n`,
)
