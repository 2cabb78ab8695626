import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { BusRole } from '#messages/services.ts'
import { Fault, isSystemError } from '#runtime/fault.ts'
import { busKeyFile } from '#runtime/keys/nkey.ts'
import { type BusFolderOwner, busUrlFile, ownerOfBus } from '#node/nats-server/bus-folder.ts'
import { nodeServices } from './node-services.ts'
import { nodesFolder } from './node-settings.ts'

/** A bus in a folder of this machine. */
export interface LocalBus extends BusFolderOwner {
  readonly folder: string
  /** Data folder of the node; undefined if `atoll bus serve` serves the bus outside the folder of a node. */
  readonly nodeFolder: string | undefined
  /** URL at the last start of the server; undefined if the server never started. */
  readonly url: string | undefined
  /** Last start of the node, in Unix milliseconds. */
  readonly startedMs: number | undefined
}

/** The folder to search, and the bus to find in it. */
export interface WantedBus {
  /** Undefined: the folder of all nodes. */
  readonly dataDir: string | undefined
  /** Undefined: any chain id. */
  readonly chainId: bigint | undefined
  /** Undefined: any name. */
  readonly node: string | undefined
}

/**
 * Finds the bus of a node. Searches the data folder itself. If it is not a bus, searches each folder in it (such as
 * `bus` in the folder of `atoll node`), and the folder `bus` in each of these (as in the folder of all nodes and in the
 * folder of a devnet). If several buses match and a process serves only one of them, this bus is chosen.
 *
 * @returns undefined if there is no bus at all
 * @throws Fault `settings`, with a list, if several buses match, or if `dataDir` is given and does not have a bus that
 * matches; `no-node` if no bus in the folder of all nodes matches
 */
export async function findLocalBus(wanted: WantedBus): Promise<LocalBus | undefined> {
  const { dataDir, chainId, node } = wanted
  const buses = await localBuses(dataDir ?? nodesFolder)
  if (buses.length === 0) return undefined
  const fitting = buses.filter(
    (bus) => bus.chainId === (chainId ?? bus.chainId) && bus.node === (node ?? bus.node),
  )
  const served = fitting.filter(({ isServed }) => isServed)
  const [found, ...others] = served.length > 0 ? served : fitting
  if (found !== undefined && others.length === 0) return found
  if (found === undefined) throw noneFits(wanted, buses)
  const detail = `several nodes are in ${dataDir ?? nodesFolder}: choose one with --chain-id, --node or --data-dir\n${listOf([found, ...others])}`
  throw new Fault('settings', { detail })
}

function noneFits({ dataDir, chainId, node }: WantedBus, buses: readonly LocalBus[]): Fault {
  const flags = [
    chainId === undefined ? [] : [`--chain-id is ${chainId}`],
    node === undefined ? [] : [`--node is ${node}`],
  ].flat()
  const detail = `${flags.join(' and ')}, but ${dataDir ?? nodesFolder} has\n${listOf(buses)}`
  return new Fault(dataDir === undefined ? 'no-node' : 'settings', { detail })
}

function listOf(buses: readonly LocalBus[]): string {
  return buses.map((bus) => `  ${nameOf(bus)} in ${placeOf(bus)}`).join('\n')
}

/** The name of a node for operators. */
export function nameOf({ chainId, node }: Pick<LocalBus, 'chainId' | 'node'>): string {
  return `node ${node} of chain ${chainId}`
}

/** The folder that an operator would give as `--data-dir`. */
export function placeOf({ folder, nodeFolder = folder }: LocalBus): string {
  return nodeFolder
}

/** The settings for joining a local bus; undefined if its server never started. */
export function accessToBus(
  { folder, url }: LocalBus,
  role: BusRole,
): { readonly natsUrls: readonly string[]; readonly natsSeedFile: string } | undefined {
  if (url === undefined) return undefined
  return { natsUrls: [url], natsSeedFile: busKeyFile(join(folder, 'keys'), role) }
}

/** The buses in a folder, which may be the folder of a bus, of a node or of several nodes. */
async function localBuses(dataDir: string): Promise<readonly LocalBus[]> {
  const root = resolve(dataDir)
  const own = await busIn(root)
  if (own !== undefined) return [own]
  const below = (await foldersIn(root)).flatMap((folder) => [folder, join(folder, 'bus')])
  const reading = below.map((folder) => unlessFailed(busIn(folder), [...absent, 'EACCES']))
  return (await Promise.all(reading)).filter((bus) => bus !== undefined)
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await unlessFailed(readdir(folder, { withFileTypes: true }), absent)
  const folders = entries?.filter((entry) => !entry.isFile()) ?? []
  return folders.map(({ name }) => join(folder, name))
}

async function busIn(folder: string): Promise<LocalBus | undefined> {
  const owner = await ownerOfBus(folder)
  if (owner === undefined) return undefined
  const url = await unlessFailed(readFile(busUrlFile(folder), 'utf8'), absent)
  const written = await unlessFailed(stat(busUrlFile(folder)), absent)
  const startedMs = written?.mtimeMs
  return { ...owner, folder, nodeFolder: nodeFolderOf(folder), url: url?.trim(), startedMs }
}

/**
 * The data folder of the node whose bus is in `folder`; undefined if `folder` is not named `bus`, or if no folder of a
 * service is beside it.
 */
function nodeFolderOf(folder: string): string | undefined {
  const above = dirname(folder)
  const hasServices = nodeServices.some(({ name }) => existsSync(join(above, name)))
  return basename(folder) === 'bus' && hasServices ? above : undefined
}

/** Codes of the operating system for a path that does not exist. */
const absent: readonly string[] = ['ENOENT', 'ENOTDIR']

/** The result of an operation; undefined if the operating system returned an error with one of these codes. */
async function unlessFailed<Value>(
  reading: Promise<Value>,
  codes: readonly string[],
): Promise<Value | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isSystemError(error) && codes.includes(error.code)) return undefined
    throw error
  }
}
