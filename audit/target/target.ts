/**
 * A target is somebody else's package behind an adapter. An adapter changes layouts and names and nothing else:
 * what the package cannot express throws Unsupported, and no default is ever filled in.
 *
 * Where a package has several ways to say the same (tfjs: padding as a number, as pairs, as 'same' or 'valid'), each is
 * an implementation of its own, named `target/way`, because users use them all.
 */
import type { Implementation } from '../../reference/contract.ts'

export interface Target {
  /** The name to type: "tfjs-wasm". */
  readonly name: string
  /** What the package is, in a line for `--list`. */
  readonly about: string
  /** npm packages it needs, the one whose version is reported first. */
  readonly packages: readonly string[]
  /**
   * A wrong call can overwrite memory that later calls use (WebAssembly), so that each finding is confirmed in fresh memory:
   * a further `load()` in the same process has to start from none that was in use.
   */
  readonly fragile?: boolean
  /** Loads the package, only when asked for, and returns one implementation a way. */
  load(): Promise<readonly Implementation[]>
}

/** A module that cannot be audited; the message is one line that names the mend. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError'
}

const PIPE = 'pipe:'

/** The name of a target for a command that speaks the pipe protocol. */
export const pipeTarget = (command: string): string => PIPE + command

/** The command of such a target; undefined where it is another one. */
export const pipeCommand = (target: string): string | undefined =>
  target.startsWith(PIPE) ? target.slice(PIPE.length) : undefined

/** ./my-conv.ts, /abs/path.mjs: what is meant as a file rather than as the name of a target. */
export const looksLikeModule = (text: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(text)
