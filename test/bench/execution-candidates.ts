import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { writeFile } from 'node:fs/promises'
import { isSystemError } from '#runtime/fault.ts'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EngineDriver } from '#test/fakes/engine-http.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'

/** An execution client to measure, which can be started on a genesis. */
export interface Candidate {
  readonly name: string
  start(genesis: string, folder: string): Promise<RunningCandidate>
}

/** A running execution client, and the driver that calls its Engine API. */
export interface RunningCandidate {
  readonly driver: EngineDriver
  readonly stop: () => Promise<void>
}

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** The embedded execution client, as a separate process with its database on disk. */
export const embeddedClient: Candidate = {
  name: 'embedded',
  start: async (genesis, folder) => {
    const { secret, file } = await makeSecret(folder)
    const port = await freeTcpPort()
    const child = spawn(
      process.execPath,
      [
        atoll,
        'execution-client',
        '--genesis',
        genesis,
        '--jwt-secret-file',
        file,
        '--data-dir',
        folder,
        `--engine-port=${port}`,
        '--rpc-port=0',
        '--log-level=warn',
        '--op-geth',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    return running(child, port, secret)
  },
}

/** op-geth with its default settings, except for those of the network. */
export function opGeth(program: string): Candidate {
  return {
    name: 'op-geth',
    start: async (genesis, folder) => {
      const { secret, file } = await makeSecret(folder)
      await promisify(execFile)(program, ['init', '--datadir', folder, genesis])
      const port = await freeTcpPort()
      const flags = [
        '--nodiscover',
        '--maxpeers=0',
        '--port=0',
        '--ipcdisable',
        '--syncmode=full',
        '--verbosity=1',
        '--rollup.disabletxpoolgossip=true',
      ]
      const child = spawn(
        program,
        ['--datadir', folder, '--authrpc.jwtsecret', file, `--authrpc.port=${port}`, ...flags],
        { stdio: 'ignore' },
      )
      return running(child, port, secret)
    },
  }
}

/** The op-geth that `ATOLL_OP_GETH_PROGRAM` names, or that is on `PATH`. */
export async function findOpGeth(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const named = process.env['ATOLL_OP_GETH_PROGRAM']
  for (const path of [
    ...(named === undefined ? [] : [named]),
    ...folders.map((folder) => join(folder, 'op-geth')),
  ])
    try {
      await access(path)
      return path
    } catch (error) {
      if (!isSystemError(error)) throw error
    }
  return undefined
}

async function makeSecret(folder: string): Promise<{ secret: Uint8Array; file: string }> {
  const secret = new Uint8Array(randomBytes(32))
  const file = `${folder}.jwt`
  await writeFile(file, Buffer.from(secret).toString('hex'))
  return { secret, file }
}

async function running(
  child: ChildProcess,
  port: number,
  secret: Uint8Array,
): Promise<RunningCandidate> {
  const driver = new EngineDriver(`http://127.0.0.1:${port}`, secret)
  const ended = once(child, 'exit')
  for (let attempt = 0; ; attempt++) {
    try {
      await driver.head()
      break
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const stop = async () => {
    await driver.close()
    child.kill('SIGTERM')
    await ended
  }
  return { driver, stop }
}
