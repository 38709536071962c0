/** What a smallest failing case needs in order to fail: the attributes left off their default, and unusual values. */
import { type Case, defaults } from '../properties/case.ts'

export function featuresOf(c: Case): string[] {
  const features: string[] = []
  for (const [name, value] of Object.entries(c.attributes)) features.push(...attributeFeatures(name, value))
  const { c: C, groups } = { c: c.sizes.c, groups: c.attributes.groups }
  if (groups !== undefined && groups > 1 && groups === C) features.push('depthwise')
  if (c.bias) features.push('bias')
  if ('literal' in c.values) {
    const values = Object.values(c.values.literal).flat()
    if (values.some(Number.isNaN)) features.push('NaN')
    if (values.some((v) => Math.abs(v) === Infinity)) features.push('infinity')
    if (values.some((v) => Math.abs(v) > 1e4 && v !== Infinity)) features.push('large values')
    if (values.some((v) => v < 0)) features.push('negative values')
  } else if (c.values.draw !== 'exact' && c.values.draw !== 'impulse') features.push(`${c.values.draw} values`)
  return features
}

function attributeFeatures(name: string, value: unknown): string[] {
  const usual: unknown = Object.entries(defaults).find(([key]) => key === name)?.[1]
  if (name === 'mode') return [`mode ${String(value)}`]
  if (!Array.isArray(value)) return value === usual ? [] : [name]
  const list: readonly unknown[] = value
  if (Array.isArray(usual) && list.every((v, i) => v === usual[i])) return []
  return list.every((v) => v === list[0]) ? [name] : [name, `unequal ${name}`]
}
