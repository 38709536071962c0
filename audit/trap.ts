/** WebAssembly traps: what such a call leaves behind cannot be trusted. */

/** Thrown when the process cannot be trusted any more: a WebAssembly trap leaves its memory in an unknown state. */
export class Trap extends Error {
  override readonly name = 'Trap'
}

/**
 * A WebAssembly trap, by the name of its error or by Emscripten's words for it. What a program behind a pipe says of an error is its
 * own affair: RuntimeError is an everyday exception in Python, and the program goes on.
 */
export const isTrap = (kind: string, message: string): boolean =>
  kind === 'threw' &&
  !message.includes(': threw: PipeError: ') &&
  /RuntimeError|Aborted\(|memory access out of bounds|table index is out of/.test(message)
