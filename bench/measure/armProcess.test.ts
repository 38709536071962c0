import { expect, it } from 'vitest'
import { allowedCores, idlestCore } from './armProcess.ts'

it('an arm is pinned to a core that this process may use', async () => {
  expect(allowedCores('Name:\tnode\nCpus_allowed_list:\t0-2,5\nMems_allowed:\t1\n')).toEqual([0, 1, 2, 5])
  expect(allowedCores('Cpus_allowed_list:\t3\n')).toEqual([3])
  expect(allowedCores('')).toBeUndefined()
  expect(Number.isInteger(await idlestCore())).toBe(true)
})
