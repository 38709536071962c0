/** Targets as contenders for the layers of a network, each in a process of its own. */
import { type Limits, usualLimits } from '../audit/isolate.ts'
import { type Contender, contenderOf } from '../audit/onnxModel/contender.ts'
import { remoteImplementation } from '../audit/remote.ts'
import { builtIn, installCommand, missingPackages } from '../audit/target/index.ts'
import { wantedTarget } from './audit.ts'
import { UsageError } from './exit.ts'

/** What a call of a case may take; layers of a network have a minute. */
export const limitsOf = ({ timeLimit, memoryLimit }: { timeLimit: number; memoryLimit: number }): Limits => ({
  ...usualLimits,
  callMs: timeLimit * 1000,
  memoryMb: memoryLimit,
})

/** Named as it was asked for. */
export async function contenderNamed(name: string, limits: Limits): Promise<Contender> {
  const { target, only } = wantedTarget(name)
  refuseMissing(target)
  const implementation = await remoteImplementation(only === undefined ? { target } : { target, only }, limits)
  return { ...contenderOf(implementation), name }
}

export function missingOf(name: string): string[] {
  const target = builtIn.find((one) => one.name === name)
  return target ? missingPackages(target) : []
}

export function refuseMissing(name: string): void {
  const missing = missingOf(name)
  if (missing.length > 0) throw new UsageError(`${name} is not installed: ${installCommand(missing)}`)
}

/** Closes them whatever becomes of the work. */
export async function withContenders<T>(
  starts: readonly (() => Promise<Contender>)[],
  work: (contenders: readonly Contender[]) => Promise<T>,
): Promise<T> {
  const contenders: Contender[] = []
  try {
    for (const start of starts) contenders.push(await start())
    return await work(contenders)
  } finally {
    for (const contender of contenders) await contender.close?.()
  }
}
