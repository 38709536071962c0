/** The side of the arm: answers one request after the other, until whoever started it is gone. */
import type { Common } from './armProcess.ts'

export function serve<Request, Reply extends object>(answer: (request: Request) => Promise<Reply>): void {
  const say = (reply: Reply | Common): void => {
    process.send?.(reply)
  }
  process.on('message', async (request: Request) => {
    try {
      say(await answer(request))
    } catch (error) {
      say({ say: 'fault', message: error instanceof Error ? error.message : String(error) })
    }
  })
  process.on('disconnect', () => process.exit(0))
  say({ say: 'ready' })
}
