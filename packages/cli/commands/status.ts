import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import type * as z from 'zod'
import { nodeStatusSettings } from '#node/bus-settings.ts'
import { nodeServices } from '#node/node-services.ts'
import { exitCodes } from '#cli/exit-codes.ts'
import {
  type Aged,
  nodeStatus,
  type NodeStates,
  type NodeStatus,
  statusLines,
} from '#node/node-status.ts'
import {
  connectNode,
  diskProblemsOf,
  findBus,
  type FoundBus,
  type NodeConnection,
} from '#node/find-node.ts'
import { readHealthUrl, readReasons } from '#node/node-health.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import { chainStateCodec } from '#messages/chain-state.ts'
import { derivationTargetsCodec } from '#messages/derivation-targets.ts'
import { l1HeadsCodec } from '#messages/l1-heads.ts'
import { serviceStatusCodec, type ServiceStatus } from '#messages/service-status.ts'
import type { MessageCodec } from '#messages/wire/message-codec.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Stored } from '#bus/stream-store.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { wrapWidthOf } from '#runtime/screen/lines.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { ageOf, explained, readStates, reportPlace, streamMadeMs } from './bus-status.ts'

type StatusSettings = z.output<typeof nodeStatusSettings>

const watchPeriodMs = 1_000

/** Adds `atoll status`. */
export function addStatusCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'status',
    summary: 'show the heads of a node, and what each service waits for',
    description:
      'Shows the heads of a node and how far they are behind each other, what each service is doing, what it waits for and since when, and what can be done about it. atoll bus status shows the bus itself.',
    schema: nodeStatusSettings,
    run: showStatus,
  })
}

async function showStatus(settings: StatusSettings): Promise<void> {
  if (settings.watch) return watchNode(settings)
  const found = await findBus(settings)
  if (!settings.json) reportPlace(found)
  const node = await connectNode(found)
  try {
    const { running } = await show(node, settings)
    if (!running) process.exitCode = exitCodes.noNode
  } finally {
    await node.connection.close()
  }
}

/** Shows the status of a node each second until the process is stopped, even if the node stops or starts meanwhile. */
async function watchNode(settings: StatusSettings): Promise<void> {
  const signal = stopSignal()
  let wanted = settings
  let node: NodeConnection | undefined
  let reported: string | undefined
  while (!signal.aborted) {
    try {
      const found = await findBus(wanted)
      // From here on, only this node is shown, even if other nodes start.
      wanted = { ...settings, network: undefined, chainId: found.chainId, node: found.node }
      node = await reconnected(node, found, signal)
      await unlessAborted(show(node, settings), signal)
      reported = undefined
    } catch (error) {
      if (signal.aborted) break
      if (!isFault(error) || !isPassing(error)) throw error
      await node?.connection.close()
      node = undefined
      if (error.message !== reported) reportWait(error)
      reported = error.message
    }
    await sleep(systemClock, watchPeriodMs, signal)
  }
  await node?.connection.close()
}

/** Returns the given connection; a new connection if the given one is lost, or if the bus has another address now. */
async function reconnected(
  node: NodeConnection | undefined,
  found: FoundBus,
  signal: AbortSignal,
): Promise<NodeConnection> {
  if (node?.connection.isUp === true && isDeepStrictEqual(node.found, found)) return node
  await node?.connection.close()
  return connectNode(found, signal)
}

/** Whether a failure may end when a node starts. After such a failure, `--watch` continues. */
function isPassing({ code, severity }: Fault): boolean {
  return severity === 'temporary' || ['no-node', 'closed', 'stream-missing'].includes(code)
}

function reportWait({ message }: Fault): void {
  if (process.stdout.isTTY) process.stdout.write(`${clearScreen}waits for a node: ${message}\n`)
  else process.stderr.write(`waits for a node: ${message}\n`)
}

const clearScreen = '\u001B[H\u001B[2J'

async function show(node: NodeConnection, { json, watch }: StatusSettings): Promise<NodeStatus> {
  const states = await readOrExplain(node)
  const status = nodeStatus(
    states,
    nodeServices.map(({ name }) => name),
  )
  if (watch && process.stdout.isTTY) process.stdout.write(clearScreen)
  const lines = statusLines(status, wrapWidthOf(process.stdout))
  print(json ? JSON.stringify(status) : lines.join('\n'))
  return status
}

/** Reads the states. If the server cannot answer because its disk failed, the fault names the disk. */
async function readOrExplain(node: NodeConnection): Promise<NodeStates> {
  try {
    return await explained(readNode(node), node)
  } catch (cause) {
    const [problem] = diskProblemsOf(node.found.local)
    if (!isFault(cause) || problem === undefined) throw cause
    throw new Fault('store-refused', { detail: `${problem} (${cause.message})`, cause })
  }
}

async function readNode({ connection, names, found }: NodeConnection): Promise<NodeStates> {
  const states = new Map(await readStates(connection, names, { perInstance: false }))
  const services = new Map<string, Aged<ServiceStatus>>()
  for (const [name, stored] of await readStates(connection, names, { perInstance: true })) {
    const [service = ''] = name.split('.')
    const status = aged(stored, serviceStatusCodec)
    const known = services.get(service)
    if (status !== undefined && (known === undefined || status.ageMs < known.ageMs))
      services.set(service, status)
  }
  const { startedMs, nodeFolder: folder, isKept } = found.local ?? {}
  // If a node is killed, the file with its health address remains. Another program may listen at this address now, so
  // the file is read only while the node runs.
  const isServed = folder !== undefined && isKept === true
  const healthUrl = isServed ? await readHealthUrl(folder) : undefined
  return {
    nowMs: Date.now(),
    startedMs: startedMs ?? (await streamMadeMs(connection, names)),
    folder,
    healthUrl,
    reasons: healthUrl === undefined ? [] : await readReasons(healthUrl),
    diskProblems: diskProblemsOf(found.local),
    chain: aged(states.get('engine.chain'), chainStateCodec),
    l1: aged(states.get('da-watcher.l1-heads'), l1HeadsCodec),
    targets: aged(states.get('derivation.targets'), derivationTargetsCodec),
    services,
  }
}

/** A state with its age; undefined if it is absent, or unreadable because another release wrote it. */
function aged<Value>(
  stored: Stored | undefined,
  codec: MessageCodec<Value>,
): Aged<Value> | undefined {
  if (stored === undefined) return undefined
  try {
    return { value: codec.decode(stored.data), ageMs: ageOf(stored) }
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
