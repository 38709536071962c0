/** In the process of a target: single calls with their operands, and runtimes of whole networks. Each package is loaded when it is asked for. */
import type { Implementation } from '../reference/contract.ts'
import { callOperator } from '../reference/operators.ts'
import type { Reply, Request } from './protocol.ts'
import type { ModelRunner } from './target/onnx/wholeModel.ts'
import type { LayersRunner } from './target/tfjs/layersModel.ts'
import { isTrap, Trap } from './trap.ts'

type Question = Extract<Request, { ask: 'call' | 'open runtime' | 'run' | 'open layers' | 'layer' }>

export class Host {
  private runner: ModelRunner | undefined
  private layers: LayersRunner | undefined

  /** Throws Trap where what was called can be asked no more. */
  async answer(question: Question, implementationOf: (name: string) => Implementation): Promise<Reply> {
    try {
      return await this.answered(question, implementationOf)
    } catch (error) {
      const [name, message] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)]
      if (isTrap('threw', `${name}: ${message}`)) throw new Trap(message)
      return { say: 'threw', name, message: message.split('\n')[0]! }
    }
  }

  private async answered(question: Question, implementationOf: (name: string) => Implementation): Promise<Reply> {
    switch (question.ask) {
      case 'call': {
        const { implementation, operator, operands, attributes } = question
        return {
          say: 'gave',
          result: await callOperator(implementationOf(implementation), operator, operands, attributes),
        }
      }
      case 'open runtime': {
        const { modelRunners } = await import('./target/onnx/wholeModel.ts')
        this.runner = await modelRunners[question.runtime]!()
        return { say: 'opened', version: this.runner.version }
      }
      case 'run':
        return { say: 'ran', values: await this.runner!.run(question.model, question.feeds) }
      case 'open layers': {
        const { layersRunner } = await import('./target/tfjs/layersModel.ts')
        this.layers = await layersRunner(question.backend, question.files)
        return { say: 'opened', version: this.layers.version }
      }
      case 'layer': {
        const { layer, inputs } = question
        return { say: 'gave', result: await this.layers!.run(layer, inputs) }
      }
    }
  }
}
