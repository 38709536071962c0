/** Networks that are published as npm packages, which a user installs beside cnn-oracle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ModelError } from '../onnxModel/read.ts'
import { packageFolder, packageVersion } from '../target/packageVersion.ts'
import { type LayersModel, readLayersModel } from './read.ts'

interface Published {
  readonly package: string
  /** That was audited. */
  readonly version: string
  readonly about: string
  /** Within the package. */
  readonly folder: string
  readonly json: string
  /** A picture to run it on. */
  readonly sample: string
}

const networks: Readonly<Record<string, Published>> = {
  upscaler: {
    package: '@upscalerjs/default-model',
    version: '1.0.0',
    about: 'a residual dense network that doubles the size of a picture, 12 convolutions',
    folder: 'models',
    json: 'model.json',
    sample: 'assets/fixture.png',
  },
}

export interface PublishedNetwork extends LayersModel {
  readonly package: string
  readonly version: string
  readonly sample: Uint8Array
}

/** Throws ModelError where there is none of that name, or its package is not installed. */
export function publishedNetwork(name: string, among = networks): PublishedNetwork {
  const network = Object.hasOwn(among, name) ? among[name] : undefined
  if (!network) {
    const known = Object.entries(among).map(([key, { about }]) => `${key} (${about})`)
    throw new ModelError(`--model ${name}: there is ${known.join(', ')}; an ONNX model is given with --onnx FILE`)
  }
  const { package: from, folder, json, sample } = network
  const root = folderOf(name, network)
  const file = (...path: string[]): Uint8Array => readFileSync(join(root, ...path))
  try {
    const read = readLayersModel(Buffer.from(file(folder, json)).toString('utf8'), (path) => file(folder, path))
    return { ...read, package: from, version: packageVersion(from), sample: file(sample) }
  } catch (error) {
    throw new ModelError(`${from}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Its peer range names an older TensorFlow.js than is audited, so that npm needs to be told to let both be. */
function folderOf(name: string, { package: from, version }: Published): string {
  try {
    return packageFolder(from)
  } catch {
    throw new ModelError(`--model ${name}: ${from} is not installed; npm install --legacy-peer-deps ${from}@${version}`)
  }
}
