/** README.txt of an exported folder: what to do with what. */
import type { Manifest } from './manifest.ts'

export function readmeText({ tool, precision, seed, operators, vectors, formats }: Manifest): string {
  const width = Math.max(...operators.map(({ operator }) => operator.length))
  const rows = operators.map(({ operator, mistakes, alive }) => {
    const own = vectors.filter((v) => v.operator === operator).length
    const rest = alive.length === 0 ? '' : `; not killed by any case tried: ${alive.join(', ')}`
    return `  ${operator.padEnd(width)}  ${own} vectors kill ${mistakes - alive.length} of ${mistakes} mistakes${rest}`
  })
  return `Test vectors of ${tool.name} ${tool.version}, ${precision}, seed ${seed}

Each folder is a vector: one call of one operator. A folder a vector, rather than an archive an operator, because outputs
then have a place beside their inputs, and because ONNX's own tests are laid out so.

1. Run your program on the inputs of every vector:

${formats.map((format) => inputs[format]).join('\n')}

   manifest.json and vector.json have the operator and its attributes. Layout is NCHW for data and (out, in / groups,
   height, width) for weights, row-major; padding is [top, left, bottom, right]; conv2d does not turn the kernel.

2. Put its result into the same folder, in ${precision}, as one of

     output.npy   numpy.save("output.npy", y)
     output.npz   numpy.savez("output.npz", y=y)
     output.json  { "shape": [2, 2], "data": [1, 2.5, "NaN", "-Infinity"] }, or data in base64 as in vector.json
     output_0.pb  a TensorProto

   What your program does not offer it says with output.json: { "unsupported": "no dilation" }.

3. cnn-oracle judge <this folder>

   names the vectors that are wrong, what they hunt, and the mistakes that would have given just these outputs.
   Exit code 0: all hold, 1: something is wrong, 2: a file cannot be read, 3: outputs are missing.

A result is wrong where |result − expected| > bound; expected and bound are float64. Within typical it is as good as random
rounding makes it. Each vector kills a mistake that the others leave alive: its "hunts" in manifest.json.

${rows.join('\n')}
`
}

const inputs: Readonly<Record<Manifest['formats'][number], string>> = {
  json: '     vector.json  operands, expected, bound, typical: { shape, type, data }, data little-endian numbers in base64',
  npz: '     vector.npz   the same arrays for numpy.load("vector.npz")',
  onnx: '     model.onnx   with test_data_set_0/input_<i>.pb and the expected output_0.pb, where ONNX has the operator',
}
