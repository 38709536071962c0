/** Which pictures there are of a document, and their files. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BenchDocument } from '../measure/record.ts'
import { ladderPicture } from './ladder.ts'
import { peersPicture } from './peers.ts'
import { ratePicture } from './rate.ts'
import { rooflinePicture } from './roofline.ts'

const REPORT = 'bench/report'

export interface Picture {
  readonly file: string
  readonly svg: string
}

/** Up to four a suite: SUITE-rate.svg, -roofline, -ladder, -peers, where there is something to show. */
export function picturesOf({ calibration, measurements }: BenchDocument, folder = REPORT): Picture[] {
  return [...new Set(measurements.map(({ suite }) => suite))].flatMap((suite) => {
    const own = measurements.filter((m) => m.suite === suite)
    const rated = own.filter(({ flops, rate }) => flops > 0 && rate.median > 0)
    const kinds = {
      rate: rated.length > 0 ? ratePicture(suite, rated, calibration) : undefined,
      roofline: rated.some(({ bytes }) => bytes > 0) ? rooflinePicture(suite, rated, calibration) : undefined,
      ladder: ladderPicture(suite, rated, calibration),
      peers: peersPicture(suite, own),
    }
    const name = suite.replaceAll(/[^\w.-]+/g, '-')
    return Object.entries(kinds).flatMap(([kind, svg]) =>
      svg ? [{ file: join(folder, `${name}-${kind}.svg`), svg }] : [],
    )
  })
}

export function writePictures(pictures: readonly Picture[]): void {
  for (const { file, svg } of pictures) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, svg)
  }
}
