/**
 * A tree that is slower by a known part: a copy whose operators do extra work after each call, as much as so many percent of the
 * call's least processor time. 'kernel' adds arithmetic in registers, 'packing' copies memory. The product has no hook for this.
 */
import { cpSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Where = 'kernel' | 'packing'

const wrapper = (part: number, where: Where): string => `import * as original from './original.ts'
const source = new Float32Array(1 << 14)
const target = new Float32Array(1 << 14)
let sum = 1
const work = ${
  where === 'kernel'
    ? '() => { for (let i = 0; i < 200; i++) sum = sum * 0.999 + 0.001 }'
    : '() => target.set(source.subarray(0, 2048), (sum++ & 7) * 2048)'
}
const now = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }
const best = (run, times) => {
  let least = Infinity
  const start = now()
  for (let i = 0; i < 40 && now() < start + 60; i++) {
    const begin = now()
    for (let j = 0; j < times; j++) run()
    const taken = (now() - begin) / times
    if (taken > 0) least = Math.min(least, taken)
  }
  return least
}
best(work, 2000)
const each = best(work, 2000)
const slower = (implementation) => {
  if (!implementation) return implementation
  const operators = {}
  for (const [name, run] of Object.entries(implementation.operators)) {
    const known = new Map()
    operators[name] = (operands, attributes) => {
      const key = JSON.stringify([Object.values(operands).map((o) => o?.shape), attributes])
      let state = known.get(key)
      if (!state) known.set(key, (state = { calls: 0, units: 0 }))
      const result = run(operands, attributes)
      // Calibrated once V8 has optimized what it will, and again later: the call may still have become faster.
      if (++state.calls === 10 || state.calls === 60) {
        const once = best(() => run(operands, attributes), 1)
        const least = best(() => run(operands, attributes), Math.max(1, Math.ceil(2 / once)))
        state.units = (${part} * least) / each
        state.due = 0
      }
      if (state.units) {
        state.due += state.units
        for (; state.due >= 1; state.due--) work()
      }
      return result
    }
  }
  return { ...implementation, operators }
}
export const optimized = slower(original.optimized)
export const winograd32 = slower(original.winograd32)
`

/** `root` with its operators slower by `part`; under `folder`, which must be within a package that finds node_modules. */
export function slowerTree(root: string, folder: string, part: number, where: Where): string {
  mkdirSync(folder, { recursive: true })
  const tree = mkdtempSync(join(folder, `slower-${where}-${100 * part}-`))
  for (const name of ['optimized', 'reference', 'package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(tree, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  renameSync(join(tree, 'optimized/index.ts'), join(tree, 'optimized/original.ts'))
  writeFileSync(join(tree, 'optimized/index.ts'), wrapper(part, where))
  return tree
}
