/** What calls of the optimized implementation cost beyond their kernels: the first of a shape emits and compiles them, each copies its operands. */
import { blocked32 } from '../../optimized/index.ts'
import { Engine, type Kernels } from '../../optimized/kernel/engine.ts'
import { simd } from '../../optimized/simd/index.ts'
import { type Case, completeAttributes, instantiate, operandShapes } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation } from '../../reference/contract.ts'
import { callOperator } from '../../reference/operators.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { gradientsOf } from '../suite/gradients.ts'
import { prepareOwn } from '../suite/own.ts'
import { linesOf } from '../suite/shapes.ts'
import { each, type Task } from './figure.ts'

/** Adds up how long kernels took that were not there yet: to be emitted, compiled and bound to the memory. */
export class TimedEngine extends Engine {
  milliseconds = 0

  override kernels(...[key, emit]: Parameters<Engine['kernels']>): Kernels {
    const start = performance.now()
    let isNew = false
    const kernels = super.kernels(key, () => {
      isNew = true
      return emit()
    })
    if (isNew) this.milliseconds += performance.now() - start
    return kernels
  }
}

/** The slowest first call among all convolutions of the four networks, and among their gradients; nothing is compiled when a round begins. */
export function firstCallTasks(): Task[] {
  const forward = linesOf(['networks']).filter((line) => line.case.operator === 'conv2d')
  const lines = [...forward, ...forward.flatMap(gradientsOf)]
  return ['conv2d', 'conv2dInputGradient', 'conv2dWeightGradient'].map((operator): Task => {
    const calls = lines.filter((line) => line.case.operator === operator).map((line) => callWithZeros(line.case))
    const time = async (): Promise<number> => {
      const engine = new TimedEngine()
      const rung = simd('simd', '', blocked32, engine)
      let slowest = 0
      for (const call of calls) {
        engine.milliseconds = 0
        await call(rung)
        slowest = Math.max(slowest, engine.milliseconds)
      }
      return slowest
    }
    return { part: 'calls', name: `slowest first of ${calls.length} ${operator}`, case: null, unit: 'calls', time }
  })
}

/** Of all operands of all cases: what is allocated between the calls is collected during them. */
let zeros = new Float32Array(0)

function callWithZeros(c: Case): (rung: Implementation) => unknown {
  const shapes = Object.entries(operandShapes(c))
  zeros = new Float32Array(Math.max(zeros.length, ...shapes.map(([, shape]) => sizeOf(shape))))
  return (rung) => {
    const operands = shapes.map(([name, shape]) => [name, { shape, data: zeros.subarray(0, sizeOf(shape)) }])
    return callOperator(rung, c.operator, Object.fromEntries(operands), completeAttributes(c))
  }
}

const SMALL = 'conv2d n1c1h28w28 m6r5s5 @real#1'
const CALLS = 5000

/**
 * What a call of LeNet's first layer takes beyond the same layer prepared, which is its kernels alone: checks, operands copied in, weights
 * packed, the result copied out.
 */
export async function smallCallTask(): Promise<Task> {
  const call = instantiate(parseCase(SMALL), 'float32')
  const whole = await (await prepareOwn('optimized'))(call)
  const kernels = await (await prepareOwn('session'))(call)
  const repeated = (run: () => unknown): void => {
    for (let i = 0; i < CALLS; i++) run()
  }
  const time = async (): Promise<number> => {
    // V8 compiled for this layer before it saw the others of a round, and does so again.
    for (let i = 0; i < 4; i++) repeated(whole.run)
    const [all, ours] = [await each(CALLS, () => repeated(whole.run)), await each(CALLS, () => repeated(kernels.run))]
    return all - ours
  }
  return { part: 'calls', name: 'small, beyond its kernels', case: SMALL, unit: 'calls', time }
}
