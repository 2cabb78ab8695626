import { join } from 'node:path'
import { BusNames } from '#messages/bus-names.ts'
import type { BusRole } from '#messages/services.ts'
import { subjects } from '#messages/subjects.ts'
import { busKeyFile, ensureBusKeys } from '#runtime/keys/nkey.ts'
import type { Report } from '#node/supervisor.ts'
import { claimBusFolder } from './bus-folder.ts'
import type { FoundServer } from './find-server.ts'
import { type RunningNatsServer, type StartOptions, startNatsServer } from './nats-server.ts'
import type { BusUsers } from './server-config.ts'
import { withUsableStore } from './usable-store.ts'

/** Options of a node's bus. */
interface BusOptions {
  readonly chainId: bigint
  readonly node: string
  readonly server: FoundServer
  readonly report: Report
  /** Cancels the wait for a server of an earlier node. */
  readonly signal?: AbortSignal | undefined
}

/** A bus with a claimed folder and a key for each user. */
export interface PreparedBus {
  readonly names: BusNames
  readonly keysDir: string
  /** Path of the key of a user. */
  seedFileOf(role: BusRole): string
  /** Starts the server. May be called again after the server ended. @throws Fault as `startNatsServer` */
  start(
    options: Pick<StartOptions, 'host' | 'port' | 'tls' | 'onLog' | 'signal'>,
  ): Promise<RunningNatsServer>
}

/**
 * Claims the folder of a node's bus, and creates missing keys in it.
 *
 * @throws Fault as `claimBusFolder`
 */
export async function prepareBus(
  dataDir: string,
  { chainId, node, server, report, signal }: BusOptions,
): Promise<PreparedBus> {
  const names = new BusNames({ chainId, node })
  const folder = await claimBusFolder(dataDir, { chainId, node }, { report, signal })
  const keysDir = join(dataDir, 'keys')
  const users = await prepareUsers(keysDir, names)
  let hasStarted = false
  return {
    names,
    keysDir,
    seedFileOf: (role) => busKeyFile(keysDir, role),
    start: async (options) => {
      const starting = { ...options, server, dataDir, users }
      const running = hasStarted
        ? await startNatsServer(starting)
        : await withUsableStore(dataDir, { report, start: () => startNatsServer(starting) })
      hasStarted = true
      try {
        await folder.serverStarted(running)
      } catch (error) {
        await running.stop()
        throw error
      }
      return running
    },
  }
}

/** The users of a node's bus, with the keys of a folder; missing keys are created. @throws Fault as `ensureBusKeys` */
export async function prepareUsers(keysDir: string, names: BusNames): Promise<BusUsers> {
  const keys = await ensureBusKeys(keysDir)
  const publicKeys = new Map([...keys].map(([role, { publicKey }]) => [role, publicKey]))
  return { names, subjects, publicKeys }
}
