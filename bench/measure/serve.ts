/** The side of the arm: answers one request after the other, until whoever started it is gone. */
import type { Common } from './armProcess.ts'

export function serve<Request, Reply extends object>(answer: (request: Request) => Promise<Reply>): void {
  // Whoever asked may be gone by the time there is an answer.
  const say = (reply: Reply | Common): void => {
    process.send?.(reply, undefined, undefined, () => undefined)
  }
  // Ctrl-C reaches the whole group; what it ends is for whoever asks to say.
  process.on('SIGINT', () => undefined)
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
