/** Progress on stderr: one line that is redrawn on a terminal, a line now and then elsewhere. */
export interface ProgressLine {
  /** Shows a text; may be called thousands of times a second. */
  show(text: string): void
  /** Prints a line that stays. */
  log(text: string): void
  clear(): void
}

const REDRAW_MS = 100
const BAR = 10

/** "━━━━──────" of a part that is 0 to 1. */
export function bar(part: number): string {
  const full = Math.floor(part * BAR)
  return '━'.repeat(full) + '─'.repeat(BAR - full)
}

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  const live = stream.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
  let last = 0
  const clear = (): void => {
    if (live) stream.write('\r\u001b[2K')
  }
  return {
    show(text) {
      const now = Date.now()
      if (!live || now - last < REDRAW_MS) return
      last = now
      // A terminal that was never told its width says 0.
      stream.write(`\r\u001b[2K${text.slice(0, (stream.columns || 80) - 1)}`)
    },
    log(text) {
      clear()
      stream.write(`${text}\n`)
    },
    clear,
  }
}
