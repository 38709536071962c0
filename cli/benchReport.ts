/** `cnn-oracle bench report FILE.json`: pictures of a suite's document, and of the history where there is one. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readDocument } from '../bench/history/document.ts'
import { HISTORY, readHistory } from '../bench/history/read.ts'
import { seriesOf } from '../bench/history/series.ts'
import { historyPicture } from '../bench/picture/history.ts'
import { type Picture, picturesOf, writePictures } from '../bench/picture/write.ts'
import { exitCode, UsageError } from './exit.ts'

export interface ReportFlags {
  readonly folder: string
}

export function benchReport(files: readonly string[], { folder }: ReportFlags): number {
  const pictures = files.flatMap((file) => picturesOf(readDocument(file), folder))
  const twice = pictures.find(({ file }, i) => pictures.findIndex((p) => p.file === file) !== i)
  if (twice)
    throw new UsageError(`bench: two documents would both be drawn as ${twice.file}; draw one at a time with --folder`)
  const all = [...pictures, ...ofHistory(folder)]
  if (all.length === 0)
    throw new UsageError(`bench: there is nothing to draw; give what a suite printed with --json, or record a history`)
  writePictures(all)
  for (const { file } of all) process.stdout.write(`${file}\n`)
  return exitCode.holds
}

function ofHistory(folder: string): Picture[] {
  if (!existsSync(HISTORY)) return []
  const series = seriesOf(readHistory(HISTORY))
  return series.length > 0 ? [{ file: join(folder, 'history.svg'), svg: historyPicture(series) }] : []
}
