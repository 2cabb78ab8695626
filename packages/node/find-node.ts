import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type * as z from 'zod'
import { BusNames } from '#messages/bus-names.ts'
import { networkJson } from '#protocol/chains/registry/networks.ts'
import { connectRole } from '#bus/connect-service.ts'
import type { Connection } from '#bus/connection.ts'
import { systemClock } from '#runtime/clock.ts'
import { diskProblems } from '#runtime/disk-space.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { statusSettings } from './bus-settings.ts'
import { accessToBus, findLocalBus, type LocalBus, nameOf, placeOf } from './local-buses.ts'
import { busFolder } from './node-bus.ts'
import { isOptional, nodeServices } from './node-services.ts'
import { nodesFolder } from './node-settings.ts'

type StatusSettings = z.output<typeof statusSettings>

/** The bus of a node, with its address and key. */
export interface FoundBus {
  readonly chainId: bigint
  readonly node: string
  readonly natsUrls: readonly string[]
  readonly natsSeedFile: string | undefined
  readonly natsCaFile: string | undefined
  /** The source of the address, as shown to operators. */
  readonly where: string
  /** The bus in its folder; undefined if the settings name another address. */
  readonly local: LocalBus | undefined
}

/** A connection to the bus of a node. */
export interface NodeConnection {
  readonly found: FoundBus
  readonly names: BusNames
  readonly connection: Connection
}

/** Timeouts for servers on this machine and elsewhere. The timeouts are short, because an operator waits. */
const timeoutMs = { local: 1_500, elsewhere: 3_000 }

const defaultUrl = 'nats://127.0.0.1:4222'

/**
 * Finds the bus of a node and the key for it. Values that are not given come from a local folder.
 *
 * @throws Fault `no-node` if there is no bus, or its server has never started; `settings` if the settings do not
 * determine one bus, or the folder has only buses of other nodes
 */
export async function findBus(settings: StatusSettings): Promise<FoundBus> {
  const { dataDir, node, natsUrls, natsSeedFile, natsCaFile } = settings
  const chainId = chainOf(settings)
  const isNamed =
    dataDir === undefined
      ? natsUrls !== undefined || natsSeedFile !== undefined
      : natsUrls !== undefined && natsSeedFile !== undefined
  const local = isNamed ? undefined : await findLocalBus({ dataDir, chainId, node })
  if (local !== undefined) return inFolder(local, settings)
  const missing = `no node keeps its bus in ${dataDir ?? nodesFolder}`
  if (!isNamed && (dataDir !== undefined || chainId === undefined)) throw noNode(missing)
  if (chainId === undefined) {
    const detail = 'give --chain-id or --network: --nats-urls does not say which node is meant'
    throw new Fault('settings', { detail })
  }
  return {
    chainId,
    node: node ?? 'main',
    natsUrls: natsUrls ?? [defaultUrl],
    natsSeedFile,
    natsCaFile,
    where: natsUrls === undefined ? `the default, since ${missing}` : 'from --nats-urls',
    local: undefined,
  }
}

function inFolder(
  local: LocalBus,
  { natsUrls, natsSeedFile, natsCaFile }: StatusSettings,
): FoundBus {
  const access = accessToBus(local, 'operator')
  if (access === undefined) {
    const state = local.isServed ? 'is starting' : 'has never run'
    throw noNode(`${nameOf(local)} in ${placeOf(local)} ${state}: it has no NATS server yet`)
  }
  return {
    chainId: local.chainId,
    node: local.node,
    natsUrls: natsUrls ?? access.natsUrls,
    natsSeedFile: natsSeedFile ?? access.natsSeedFile,
    natsCaFile,
    where:
      natsUrls === undefined
        ? `from the last start of the server in ${local.folder}`
        : 'from --nats-urls',
    local: natsUrls === undefined ? local : undefined,
  }
}

function chainOf({ chainId, network }: StatusSettings): bigint | undefined {
  if (network === undefined) return chainId
  const { l2_chain_id: ofNetwork } = networkJson(network)
  if (chainId === undefined || chainId === BigInt(ofNetwork)) return BigInt(ofNetwork)
  const detail = `--chain-id is ${chainId}, but ${network} is chain ${ofNetwork}: give only one of --chain-id and --network`
  throw new Fault('settings', { detail })
}

/**
 * Connects read-only to a bus. If no process serves the bus, makes only one attempt.
 *
 * @throws Fault `no-node` if the bus does not answer in time; `closed` if the signal is aborted
 */
export async function connectNode(found: FoundBus, signal?: AbortSignal): Promise<NodeConnection> {
  const { local } = found
  const trying = new AbortController()
  const limitMs = local === undefined ? timeoutMs.elsewhere : timeoutMs.local
  const stopTimer = systemClock.after(limitMs, () => trying.abort())
  let reason: Fault | undefined
  const refused = Promise.withResolvers<never>()
  const options = {
    ...found,
    name: 'status',
    signal: signal === undefined ? trying.signal : AbortSignal.any([signal, trying.signal]),
    onWait: (fault: Fault) => {
      reason = fault
      if (local?.isServed === false) trying.abort()
    },
    onFatal: refused.reject,
  }
  try {
    const connection = await Promise.race([connectRole('operator', options), refused.promise])
    return { found, names: new BusNames(found), connection }
  } catch (cause) {
    if (!isFault(cause)) throw cause
    // If no process serves the bus, its address may belong to another server now.
    const isAbsent = isFault(cause, 'closed') || local?.isServed === false
    if (signal?.aborted === true || !isAbsent) throw cause
    const why = isFault(cause, 'closed') ? reason : cause
    const silent = `no NATS server answers at ${found.natsUrls.join(', ')} within ${limitMs / 1_000} s`
    throw noNode(absenceOf(found, why?.detail ?? silent), cause)
  } finally {
    stopTimer()
  }
}

/** Why a bus does not answer, with advice for operators. */
function absenceOf({ local, where }: FoundBus, why: string): string {
  const address = `${why}; the address is ${where}`
  if (local === undefined)
    return `${address}: check that the NATS server runs; atoll bus serve starts one`
  const { folder, nodeFolder, isServed } = local
  const [problem] = diskProblemsOf(local)
  const disk = problem === undefined ? '' : `; ${problem}`
  if (isServed) return `${address}${disk}; the process that serves this bus is running: see its log`
  const command =
    nodeFolder === undefined
      ? `atoll bus serve --data-dir ${folder}`
      : `atoll node --data-dir ${nodeFolder}`
  return `${nameOf(local)} is stopped${disk}: start it with ${command}, and see its log if you did not stop it (${address})`
}

/** Problems of the disks that hold the folders of a local node, of its bus and of its services. */
export function diskProblemsOf(
  local: Pick<LocalBus, 'folder' | 'nodeFolder'> | undefined,
): readonly string[] {
  if (local === undefined) return []
  const { folder, nodeFolder } = local
  if (nodeFolder === undefined) return diskProblems([folder])
  const parts = nodeServices
    .filter(({ name }) => !isOptional(name) || existsSync(join(nodeFolder, name)))
    .map(({ name }) => join(nodeFolder, name))
  return diskProblems([nodeFolder, busFolder(nodeFolder), ...parts])
}

function noNode(detail: string, cause?: Error): Fault {
  return new Fault('no-node', { detail, ...(cause !== undefined && { cause }) })
}
