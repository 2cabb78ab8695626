import { stat } from 'node:fs/promises'
import type * as z from 'zod'
import type { statusSettings } from './bus-settings.ts'
import { defaultDataDir } from './node-settings.ts'
import { connectRole } from '#bus/connect-service.ts'
import type { Connection } from '#bus/connection.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { busUrlFile, nodeBusAccess } from './node-bus.ts'

type StatusSettings = z.output<typeof statusSettings>

/** Where the bus of a node is said to be. */
interface FoundBus extends Pick<StatusSettings, 'natsUrls' | 'natsSeedFile' | 'natsCaFile'> {
  /** When it was last started, in Unix milliseconds; undefined where it is not kept here. */
  readonly startedMs: number | undefined
  /** Where the node keeps it; undefined where it is not kept here. */
  readonly folder: string | undefined
  /** Where that was looked up, for a person. */
  readonly where: string
  /** What brings it back. */
  readonly remedy: string
}

/** A connection to the bus of a node. */
interface NodeConnection extends Pick<FoundBus, 'natsUrls' | 'startedMs' | 'folder'> {
  readonly connection: Connection
}

/** How long a server may take to be there: a status is asked for by someone who waits. */
const connectTimeoutMs = 5_000

/**
 * Connects to the bus of a node, to look: to the one that settings name, else to that of a node that is kept here.
 *
 * @param given settings as they were given: a default is no choice
 * @throws Fault `no-node` if there is none, or it does not answer in 5 s
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
 * Where the bus of a node is, and the key to it: what settings name, the rest from the folder of the node.
 *
 * @param given settings as they were given: a default is no choice
 * @throws Fault `no-node` if the folder that is named keeps no bus
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
    where: 'as --nats-urls has it',
    remedy: 'see whether its NATS server runs; atoll bus serve runs one',
  }
  const isComplete = dataDir === undefined ? isUrlNamed || isKeyNamed : isUrlNamed && isKeyNamed
  if (isComplete) return { ...settings, ...elsewhere }
  try {
    const kept = { ...settings, ...(await nodeBusAccess(folder, 'operator')) }
    if (isUrlNamed) return { ...kept, ...elsewhere, natsUrls }
    const { mtimeMs: startedMs } = await stat(busUrlFile(folder))
    const where = `where the node of ${folder} was last`
    const remedy = `it is stopped; start it with atoll node --data-dir ${folder}, and see its log if it was not you who stopped it`
    return { ...kept, ...(isKeyNamed && { natsSeedFile }), startedMs, folder, where, remedy }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    const missing = `no node keeps its bus in ${folder}`
    const remedy = 'start one with atoll node, or name another with --data-dir or --nats-urls'
    if (dataDir !== undefined) throw noNode(`${missing}: ${remedy}`, cause)
    const where = `the default, and ${missing}`
    return { ...settings, startedMs: undefined, folder: undefined, where, remedy }
  }
}

function noNode(detail: string, cause: Error): Fault {
  return new Fault('no-node', { detail, cause })
}
