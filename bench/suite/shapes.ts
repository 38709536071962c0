/**
 * Shapes files: cases to time, a descriptor a line. What stands behind a `#` after a blank is a comment; behind a
 * descriptor it says where the layer stands in its network:
 *
 *   conv2d n1c3h224w224 m64r7s7 st2 pd3   # conv1
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Case } from '../../properties/case.ts'
import { parseCase, printCase } from '../../properties/descriptor.ts'
import { nearest } from '../../reference/operators.ts'

export interface Line {
  /** The name of the file without its ending. */
  readonly suite: string
  /** The comment behind it, or nothing. */
  readonly label: string
  readonly case: Case
  /** Its one form: what was left out is filled in. */
  readonly descriptor: string
}

/** Files that come with the program. */
export const suites = ['resnet50', 'vgg16', 'mobilenet', 'lenet', 'small', 'awkward'] as const

/** The four networks under one name. */
const NETWORKS = 'networks'
const groups: Readonly<Record<string, readonly string[]>> = { [NETWORKS]: suites.slice(0, 4) }

const shapesFolder = new URL('../shapes/', import.meta.url)

/** Lines of suites, by name or as the path of a file. Throws RangeError for what is neither, DescriptorError and ShapeError with the line. */
export function linesOf(names: readonly string[]): readonly Line[] {
  const files = [...new Set(names.flatMap((name) => groups[name] ?? [name]))].map(fileOf)
  return files.flatMap((file) => parseShapes(basename(file).replace(/\.txt$/, ''), readFileSync(file, 'utf8'), file))
}

function fileOf(name: string): string {
  if (suites.some((suite) => suite === name)) return fileURLToPath(new URL(`${name}.txt`, shapesFolder))
  if (existsSync(name) && !statSync(name).isDirectory()) return name
  const all = [...suites, NETWORKS]
  const meant = existsSync(name)
    ? 'it is a folder.'
    : /[/\\.]/.test(name)
      ? 'there is no such file.'
      : `did you mean ${nearest(name, all)}?`
  throw new RangeError(
    `bench: no suite is called ${name}; ${meant} There are ${all.join(', ')}, and files of descriptors, ./my-shapes.txt`,
  )
}

/** `file` is where it came from, for messages. A line that stands there twice counts once. */
export function parseShapes(suite: string, text: string, file: string): readonly Line[] {
  const lines = new Map<string, Line>()
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const [descriptor = '', ...comment] = line.split(/(?<=^|\s)#/)
    if (descriptor.trim() === '') continue
    const parsed = at(file, i + 1, () => parseCase(descriptor))
    const name = printCase(parsed)
    if (!lines.has(name)) lines.set(name, { suite, label: comment.join('#').trim(), case: parsed, descriptor: name })
  }
  if (lines.size === 0)
    throw new RangeError(`bench: ${file} has no descriptor; write one a line, conv2d n1c64h56w56 m64r3s3 pd1`)
  return [...lines.values()]
}

/** Errors of the parser with the line in front. */
function at<T>(file: string, number: number, f: () => T): T {
  try {
    return f()
  } catch (error) {
    if (error instanceof Error) error.message = `${file}:${number}: ${error.message}`
    throw error
  }
}
