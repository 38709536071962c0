/**
 * A checkpoint: all a run depends on, as a safetensors file. Parameters and their velocities are its tensors, "3.w" and
 * "3.w.velocity" of layer 3; settings, epochs done and batches done of the next one its metadata.
 */
import { z } from 'zod'
import type { Precision, Tensor } from '../reference/contract.ts'
import { shapeText } from '../reference/tensor.ts'
import { DataError } from './idx.ts'
import type { Bundle } from './safetensors.ts'
import { batchesOf, begin, type Settings, type Training } from './trainer.ts'

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('it is no JSON')
    return z.NEVER
  }
})
const saved = z.object({
  variant: z.enum(['mean', 'max']),
  seed: z.int(),
  batch: z.int().positive(),
  rate: z.number().positive(),
  momentum: z.number().nonnegative().lt(1),
  decay: z.number().positive().max(1),
  // Those of before there was a weight decay do without; those of before images were counted take any number of them.
  weightDecay: z.number().nonnegative().default(0),
  images: z.int().positive().optional(),
})
const count = z.string().regex(/^\d+$/, 'it is no whole number').transform(Number).pipe(z.int())
const form = z.object({ settings: json.pipe(saved), epoch: count, done: count })

export function checkpointOf({ settings, network, velocities, epoch, done }: Training): Bundle {
  const tensors: Record<string, Tensor> = {}
  for (const [l, layer] of network.layers.entries()) {
    const v = velocities[l]
    if (!v || !('w' in layer)) continue
    Object.assign(tensors, {
      [`${l}.w`]: layer.w,
      [`${l}.b`]: layer.b,
      [`${l}.w.velocity`]: v.w,
      [`${l}.b.velocity`]: v.b,
    })
  }
  // In one order of names, whoever made the settings: the same run is the same bytes.
  const text = JSON.stringify(settings, Object.keys(saved.shape))
  return { tensors, metadata: { settings: text, epoch: String(epoch), done: String(done) } }
}

/** What a run that goes on is given: how many images there are, and settings that somebody asked for by name. */
export type Asked = Partial<Settings> & Pick<Settings, 'images'>

/** Throws DataError where the bundle is no checkpoint of this network in this precision, or of other settings than are asked for. */
export function resume({ tensors, metadata }: Bundle, precision: Precision, name: string, asked: Asked): Training {
  const fail = (why: string, mend = 'give a checkpoint of cnn-oracle train'): never => {
    throw new DataError(`${name}: ${why}; ${mend}`)
  }
  const read = form.safeParse(metadata)
  if (!read.success) {
    const [issue] = read.error.issues
    return fail(`${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { epoch, done } = read.data
  const settings: Settings = { ...read.data.settings, images: read.data.settings.images ?? asked.images }
  for (const key of Object.keys(asked) as (keyof Settings)[])
    if (asked[key] !== settings[key])
      fail(`its setting ${key} is ${settings[key]}, not ${asked[key]}`, 'give the same, or begin without --resume')
  if (done >= batchesOf(settings)) fail(`done: ${done} batches of an epoch that has ${batchesOf(settings)}`)

  const fresh = begin(settings, precision)
  const parameters = checkpointOf(fresh).tensors
  const stray = Object.keys(tensors).find((key) => !Object.hasOwn(parameters, key))
  if (stray !== undefined) fail(`${stray} is no parameter of the network ${settings.variant}`)
  for (const [key, { shape, data }] of Object.entries(parameters)) {
    const own = tensors[key]
    if (!own) return fail(`${key} is missing`)
    if (own.shape.join() !== shape.join()) fail(`${key} is ${shapeText(own.shape)}, ${shapeText(shape)} is expected`)
    if (own.data.constructor !== data.constructor)
      fail(`${key} is of another precision than ${precision}`, 'resume with the --target that wrote it')
    const odd = own.data.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0) fail(`${key} holds ${own.data[odd]}`)
    data.set(own.data)
  }
  return Object.assign(fresh, { epoch, done })
}
