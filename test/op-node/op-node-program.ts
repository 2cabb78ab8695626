import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Programs that derive with op-node's code. */
export type OpNodeProgram = 'derive' | 'differential'

/** Folder of the programs and their Go module, unless `ATOLL_OP_NODE_CACHE` names another. */
const cache =
  process.env['ATOLL_OP_NODE_CACHE'] ??
  fileURLToPath(new URL('../../node_modules/.cache/atoll/op-node/', import.meta.url))

/** Whether Go, which builds the programs, is installed. */
export async function hasGo(): Promise<boolean> {
  const child = spawn('bash', ['-c', 'command -v go'], { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

/**
 * Builds a program. This takes minutes the first time, and seconds once the Go module is cached.
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
