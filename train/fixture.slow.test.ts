/** The images that come with the package are enough to learn from, with the default settings: at least 78 % of the 500 test images, in a minute of a core. */
import { expect, test } from 'vitest'
import { optimized } from '../optimized/index.ts'
import { readDataset } from './idx.ts'
import { train } from './loop.ts'
import { accuracyOn, begin, USUAL } from './trainer.ts'

const LEAST = 0.78
const SECONDS = 60
const variants = ['mean', 'max'] as const
const seeds = [1, 2, 3, 4]

test.each(variants.flatMap((variant) => seeds.map((seed) => ({ variant, seed }))))(
  '$variant, seed $seed: 20 epochs of the fixture',
  async ({ variant, seed }) => {
    const folder = 'fixtures/fashion-mnist'
    const [images, held] = [readDataset(folder, 'train'), readDataset(folder, 't10k')]
    const settings = { variant, seed, batch: 32, momentum: 0.9, decay: 0.87, ...USUAL[variant], images: images.count }
    const training = begin(settings, 'float32')
    const before = process.cpuUsage()
    await train(optimized, training, images, { epochs: 20 })
    const { user, system } = process.cpuUsage(before)
    const accuracy = await accuracyOn(optimized, training, held)
    console.log(
      `${variant}, seed ${seed}: ${(100 * accuracy).toFixed(1)} %, ${((user + system) / 1e6).toFixed(1)} s of a core`,
    )
    expect(accuracy).toBeGreaterThanOrEqual(LEAST)
    expect((user + system) / 1e6).toBeLessThan(SECONDS)
  },
)
