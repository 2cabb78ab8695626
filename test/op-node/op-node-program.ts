import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Programs that derive with op-node's code. */
export type OpNodeProgram = 'derive' | 'differential'

/** Where they and their module are kept, unless `ATOLL_OP_NODE_CACHE` says. */
const cache =
  process.env['ATOLL_OP_NODE_CACHE'] ??
  fileURLToPath(new URL('../../node_modules/.cache/atoll/op-node/', import.meta.url))

/** Whether Go is there, which they are built with. */
export async function hasGo(): Promise<boolean> {
  const child = spawn('bash', ['-c', 'command -v go'], { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

/**
 * Builds a program: minutes the first time, seconds once its module is there.
 *
 * @returns its path
 * @throws Error if it cannot be built
 */
export async function buildOpNodeProgram(program: OpNodeProgram): Promise<string> {
  const script = fileURLToPath(new URL('./build.sh', import.meta.url))
  const child = spawn('bash', [script, program, cache], { stdio: ['ignore', 2, 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0)
    throw new Error(`op-node's ${program} cannot be built: build.sh ends with ${code}`)
  return join(cache, `op-node-${program}`)
}
