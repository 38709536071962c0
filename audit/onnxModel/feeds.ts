/** What a model is fed: files, or numbers drawn by seed for the shapes that it declares. */
import { readFileSync } from 'node:fs'
import { Random } from '../../properties/random.ts'
import { shapeText, sizeOf } from '../../reference/tensor.ts'
import { ELEMENT } from '../target/onnx/schema.ts'
import { readTensorProto } from '../target/onnx/tensorProto.ts'
import { readNpy } from '../vectors/npy.ts'
import type { Value } from './node.ts'
import { type Model, ModelError, type ModelInput } from './read.ts'

export interface FeedOptions {
  /** Files, "x.npy" for the first input, or "name=x.npy". */
  readonly files: readonly string[]
  /** Extents that the model leaves open, by name; 1 where they are not given. */
  readonly dims: ReadonlyMap<string, number>
  readonly seed: number
}

/** An input may hold this many numbers: 2 GiB of float64. */
const MOST_NUMBERS = 2 ** 28

/** A value for each input. Throws ModelError for files and names that do not fit the model. */
export function feedsOf({ inputs }: Model, { files, dims, seed }: FeedOptions): Map<string, Value> {
  const open = inputs.flatMap(({ shape }) => shape.filter((extent) => typeof extent === 'string'))
  for (const name of dims.keys())
    if (!open.includes(name))
      throw new ModelError(
        `--dim ${name}: the model leaves open ${open.filter(Boolean).join(', ') || 'no size that has a name'}`,
      )
  const given = new Map(files.map((text) => fileOf(text, inputs)))
  return new Map(
    inputs.map((input, i) => [input.name, given.get(input.name) ?? drawn(input, dims, new Random(seed, i))]),
  )
}

function fileOf(text: string, inputs: readonly ModelInput[]): [string, Value] {
  const named = inputs.find(({ name }) => text.startsWith(`${name}=`))
  const input = named ?? inputs[0]
  if (!input) throw new ModelError(`--input ${text}: the model takes none`)
  const path = named ? text.slice(named.name.length + 1) : text
  const value = readFile(path)
  const declared = input.shape.map((extent) => extent || '?')
  const fits =
    value.shape.length === declared.length &&
    declared.every((extent, axis) => typeof extent === 'string' || extent === value.shape[axis])
  if (!fits)
    throw new ModelError(
      `--input ${path}: shape ${shapeText(value.shape)}, the input ${input.name} has (${declared.join(',')})`,
    )
  const [got, wanted] = [value.was ?? (value.data instanceof Float32Array ? 'float32' : 'float64'), typeName(input)]
  if (got !== wanted)
    throw new ModelError(`--input ${path}: it holds ${got}, the input ${input.name} is ${wanted}; save it as that`)
  return [input.name, value]
}

function readFile(path: string): Value {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new ModelError(
      `--input ${path}: it cannot be read (${error instanceof Error ? error.message : String(error)})`,
    )
  }
  try {
    return path.endsWith('.npy') ? readNpy(bytes) : readTensorProto(bytes).value
  } catch (error) {
    throw new ModelError(`--input ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const typeName = ({ type }: ModelInput): string =>
  Object.entries(ELEMENT).find(([, code]) => code === type)?.[0] ?? `of ONNX's element type ${type}`

/** Uniform in [−1, 1): what networks are trained on is brought to about that. */
function drawn(input: ModelInput, dims: ReadonlyMap<string, number>, random: Random): Value {
  const type = typeName(input)
  if (type !== 'float32' && type !== 'float64')
    throw new ModelError(
      `the input ${input.name} is ${type}, for which nothing is drawn; give it with --input ${input.name}=FILE.pb`,
    )
  const shape = input.shape.map((extent) => (typeof extent === 'number' ? extent : (dims.get(extent) ?? 1)))
  const size = sizeOf(shape)
  if (size > MOST_NUMBERS)
    throw new ModelError(
      `the input ${input.name} ${shapeText(shape)} would hold ${size} numbers, at most 2^28 are drawn; make --dim smaller`,
    )
  const numbers = Float64Array.from({ length: size }, () => 2 * random.unit() - 1)
  return { shape, data: type === 'float32' ? Float32Array.from(numbers) : numbers }
}
