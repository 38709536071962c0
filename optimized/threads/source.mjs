// Starts worker.ts where the sources run as they are: Node 20 loads no TypeScript in a worker, whatever its parent was started with.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
