/**
 * Implementations and runtimes of networks in processes of their own, asked with operands: what hangs, crashes or takes too much
 * memory there rejects with Death, and the next call starts another process.
 */
import type { Implementation, OperatorName, Tensor } from '../reference/contract.ts'
import type { AttributeBag } from '../reference/operators.ts'
import { loadTarget, Refused } from './auditTarget.ts'
import { Death, IsolatedTarget, type Limits } from './isolate.ts'
import type { Reply, Request } from './protocol.ts'
import type { ModelRunner } from './target/onnx/wholeModel.ts'
import type { LayersFiles, LayersRunner } from './target/tfjs/layersModel.ts'

/** A process, and what brings it to where it can be asked. */
class Remote {
  private readonly isolated: IsolatedTarget
  private readonly begin: (isolated: IsolatedTarget) => Promise<unknown>
  private begun = true

  constructor(isolated: IsolatedTarget, begin: (isolated: IsolatedTarget) => Promise<unknown>) {
    this.isolated = isolated
    this.begin = begin
  }

  async ask<Say extends Reply['say']>(request: Request, say: Say): Promise<Extract<Reply, { say: Say }>> {
    if (!this.begun || !this.isolated.isRunning) await this.begin(this.isolated)
    this.begun = true
    try {
      return expected(await this.isolated.ask(request), say)
    } catch (error) {
      this.begun = !(error instanceof Death)
      throw error
    }
  }

  close(): void {
    this.isolated.kill()
  }
}

/** The reply that was waited for. Throws what the other side threw, by its name. */
function expected<Say extends Reply['say']>(reply: Reply, say: Say): Extract<Reply, { say: Say }> {
  const isIt = (r: Reply): r is Extract<Reply, { say: Say }> => r.say === say
  if (isIt(reply)) return reply
  if (reply.say === 'threw') throw Object.assign(new Error(reply.message), { name: reply.name })
  throw new Error(reply.say === 'fault' ? reply.message : `unexpected reply ${reply.say}`)
}

/** Of a target, the implementation `only`, or the one named like the target. Throws Refused. */
export async function remoteImplementation(
  { target, only }: { readonly target: string; readonly only?: string },
  limits: Limits,
): Promise<Implementation> {
  const isolated = new IsolatedTarget(limits)
  try {
    const offers = await loadTarget(isolated, target)
    const offer = only === undefined ? offers[0] : offers.find(({ name }) => name === only)
    if (!offer) throw new Refused(`${only ?? target} is not offered; there are ${offers.map((o) => o.name).join(', ')}`)
    const remote = new Remote(isolated, (again) => loadTarget(again, target))
    const { name, version, precision, numerics } = offer
    const call =
      (operator: OperatorName) =>
      (operands: Readonly<Record<string, Tensor | undefined>>, attributes: AttributeBag): Promise<Tensor> =>
        given(remote.ask({ ask: 'call', implementation: name, operator, operands, attributes }, 'gave'))
    return {
      name,
      ...(version === null ? {} : { version }),
      precision,
      ...(numerics === undefined ? {} : { numerics }),
      operators: Object.fromEntries(offer.operators.map((operator) => [operator, call(operator)])),
      close: () => remote.close(),
    }
  } catch (error) {
    isolated.kill()
    throw error
  }
}

async function given(reply: Promise<{ readonly result: Tensor | undefined }>): Promise<Tensor> {
  const { result } = await reply
  if (result === undefined) throw new TypeError('nothing came back')
  return result
}

export type Closing<T> = T & { close(): void }

/** A runtime of whole ONNX models. */
export async function remoteRunner(runtime: string, limits: Limits): Promise<Closing<ModelRunner>> {
  const { remote, version } = await opened({ ask: 'open runtime', runtime }, limits)
  return {
    name: runtime,
    version,
    run: async (model, feeds) => (await remote.ask({ ask: 'run', model, feeds }, 'ran')).values,
    close: () => remote.close(),
  }
}

/** A network in TensorFlow.js on one of its backends. */
export async function remoteLayers(
  backend: 'cpu' | 'wasm',
  files: LayersFiles,
  limits: Limits,
): Promise<Closing<LayersRunner>> {
  const { remote, version } = await opened({ ask: 'open layers', backend, files }, limits)
  return {
    version: version ?? '',
    run: (layer, inputs) => given(remote.ask({ ask: 'layer', layer, inputs }, 'gave')),
    close: () => remote.close(),
  }
}

async function opened(
  request: Extract<Request, { ask: 'open runtime' | 'open layers' }>,
  limits: Limits,
): Promise<{ remote: Remote; version: string | undefined }> {
  const isolated = new IsolatedTarget(limits)
  const begin = async (again: IsolatedTarget) => expected(await again.ask(request), 'opened')
  try {
    const { version } = await begin(isolated)
    return { remote: new Remote(isolated, begin), version }
  } catch (error) {
    isolated.kill()
    throw error
  }
}
