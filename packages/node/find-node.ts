import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import type { statusSettings } from './bus-settings.ts'
import { defaultDataDir } from './node-settings.ts'
import { connectRole } from '#bus/connect-service.ts'
import type { Connection } from '#bus/connection.ts'
import { diskProblems } from '#runtime/disk-space.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { busFolder, busUrlFile, nodeBusAccess } from './node-bus.ts'
import { nodeServices } from './node-services.ts'

type StatusSettings = z.output<typeof statusSettings>

/** Location of a node's bus. */
interface FoundBus extends Pick<StatusSettings, 'natsUrls' | 'natsSeedFile' | 'natsCaFile'> {
  /** Last start of the bus in Unix milliseconds; undefined if the bus is not in a local folder. */
  readonly startedMs: number | undefined
  /** Data folder of the node; undefined if the bus is not in a local folder. */
  readonly folder: string | undefined
  /** Where the location was found, as shown to operators. */
  readonly where: string
  /** Advice for operators if the bus does not answer. */
  readonly remedy: string
}

/** A connection to the bus of a node. */
interface NodeConnection extends Pick<FoundBus, 'natsUrls' | 'startedMs' | 'folder'> {
  readonly connection: Connection
}

/** Timeout for the server; short, because an operator waits for the answer. */
const connectTimeoutMs = 5_000

/**
 * Connects read-only to the bus of a node, which the settings name or a local data folder contains.
 *
 * @param given settings as given, without defaults
 * @throws Fault `no-node` if there is no node, or its bus does not answer in 5 s
 */
export async function connectNode(
  settings: StatusSettings,
  given: Readonly<Record<string, string>>,
): Promise<NodeConnection> {
  const found = await findBus(settings, given)
  let reason: Fault | undefined
  const signal = AbortSignal.timeout(connectTimeoutMs)
  const refused = Promise.withResolvers<never>()
  const onWait = (fault: Fault) => {
    reason = fault
  }
  const options = { ...found, name: 'status', signal, onWait, onFatal: refused.reject }
  try {
    const connection = await Promise.race([connectRole('operator', options), refused.promise])
    const { natsUrls, startedMs, folder } = found
    return { connection, natsUrls, startedMs, folder }
  } catch (cause) {
    if (!isFault(cause, 'closed')) throw cause
    const why = reason === undefined ? '' : ` (${reason.message})`
    const place = `${found.natsUrls.join(', ')}, ${found.where}`
    throw noNode(`no bus answers at ${place}${why}: ${found.remedy}`, cause)
  }
}

/**
 * Finds the bus of a node and the key for it. Values that are not set come from the node's folder.
 *
 * @param given settings as given, without defaults
 * @throws Fault `no-node` if the given folder has no bus
 */
export async function findBus(
  settings: StatusSettings,
  given: Readonly<Record<string, string>>,
): Promise<FoundBus> {
  const { chainId, dataDir, natsUrls, natsSeedFile } = settings
  const folder = dataDir ?? defaultDataDir(chainId)
  const isUrlNamed = given['natsUrls'] !== undefined
  const isKeyNamed = given['natsSeedFile'] !== undefined
  const elsewhere = {
    startedMs: undefined,
    folder: undefined,
    where: 'from --nats-urls',
    remedy: 'check that the NATS server runs; atoll bus serve starts one',
  }
  const isComplete = dataDir === undefined ? isUrlNamed || isKeyNamed : isUrlNamed && isKeyNamed
  if (isComplete) return { ...settings, ...elsewhere }
  try {
    const kept = { ...settings, ...(await nodeBusAccess(folder, 'operator')) }
    if (isUrlNamed) return { ...kept, ...elsewhere, natsUrls }
    const { mtimeMs: startedMs } = await stat(busUrlFile(folder))
    const where = `the last address of the node in ${folder}`
    const [problem] = nodeDiskProblems(folder)
    const disk = problem === undefined ? '' : `${problem}; `
    const remedy = `${disk}the node is stopped; start it with atoll node --data-dir ${folder}, and see its log if you did not stop it`
    return { ...kept, ...(isKeyNamed && { natsSeedFile }), startedMs, folder, where, remedy }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    const missing = `no node keeps its bus in ${folder}`
    const remedy = 'start one with atoll node, or name another with --data-dir or --nats-urls'
    if (dataDir !== undefined) throw noNode(missing, cause)
    const where = `the default, and ${missing}`
    return { ...settings, startedMs: undefined, folder: undefined, where, remedy }
  }
}

/** Problems of the disks of a node: its folder, and those of its bus and services. */
export function nodeDiskProblems(folder: string): readonly string[] {
  const parts = nodeServices.map(({ name }) => join(folder, name))
  return diskProblems([folder, busFolder(folder), ...parts])
}

function noNode(detail: string, cause: Error): Fault {
  return new Fault('no-node', { detail, cause })
}
