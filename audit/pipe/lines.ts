/**
 * Cuts a stream of text into lines at "\n" alone. Not node:readline, which also cuts at U+2028, a character that JSON text
 * may hold, and which keeps a line that never ends.
 */
export class LineCutter {
  private parts: string[] = []
  private kept = 0
  private readonly longest: number

  /** `longest`: characters after which a line that has not ended is given up. */
  constructor(longest: number) {
    this.longest = longest
  }

  /** The lines that end in this chunk. Throws RangeError when a line grows beyond the longest. */
  *cut(chunk: string): Iterable<string> {
    let start = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      const line = this.parts.join('') + chunk.slice(start, end)
      this.parts = []
      this.kept = 0
      start = end + 1
      yield line
    }
    if (start === chunk.length) return
    this.parts.push(chunk.slice(start))
    this.kept += chunk.length - start
    if (this.kept > this.longest) throw new RangeError(`a line has ${this.kept} characters and has not ended`)
  }

  /** What stands behind the last "\n". */
  get rest(): string {
    return this.parts.join('')
  }
}
