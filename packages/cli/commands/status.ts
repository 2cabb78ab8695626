import type { Command } from 'commander'
import type * as z from 'zod'
import { nodeStatusSettings } from '#node/bus-settings.ts'
import { nodeServices } from '#node/node-services.ts'
import { exitCodes } from '#cli/exit-codes.ts'
import { type Aged, nodeStatus, type NodeStates, statusLines } from '#node/node-status.ts'
import { connectNode, nodeDiskProblems } from '#node/find-node.ts'
import { readHealthUrl, readReasons } from '#node/node-health.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import { BusNames } from '#messages/bus-names.ts'
import { chainStateCodec } from '#messages/chain-state.ts'
import { derivationTargetsCodec } from '#messages/derivation-targets.ts'
import { l1HeadsCodec } from '#messages/l1-heads.ts'
import { serviceStatusCodec, type ServiceStatus } from '#messages/service-status.ts'
import type { MessageCodec } from '#messages/wire/message-codec.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Connection } from '#bus/connection.ts'
import type { Stored } from '#bus/stream-store.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { wrapWidthOf } from '#runtime/screen/lines.ts'
import { ageOf, readStates, streamMadeMs } from './bus-status.ts'

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

async function showStatus(
  settings: z.output<typeof nodeStatusSettings>,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  const names = new BusNames(settings)
  const { connection, startedMs, folder } = await connectNode(settings, given)
  const { signal } = stopSignal()
  const show = async () => {
    const states = await readOrExplain(connection, { names, startedMs, folder })
    const status = nodeStatus(
      states,
      nodeServices.map(({ name }) => name),
    )
    if (settings.watch && process.stdout.isTTY) process.stdout.write('\u001B[H\u001B[2J')
    const lines = statusLines(status, wrapWidthOf(process.stdout))
    print(settings.json ? JSON.stringify(status) : lines.join('\n'))
    return status
  }
  try {
    const { running } = await show()
    if (!settings.watch) {
      if (!running) process.exitCode = exitCodes.noNode
      return
    }
    while (!signal.aborted) {
      await sleep(systemClock, watchPeriodMs, signal)
      await show()
    }
  } finally {
    await connection.close()
  }
}

type NodePlace = { readonly names: BusNames } & Pick<NodeStates, 'startedMs' | 'folder'>

/** A server whose disk failed may answer no request about its store. The disk is then the cause. */
async function readOrExplain(connection: Connection, place: NodePlace): Promise<NodeStates> {
  try {
    return await readNode(connection, place)
  } catch (cause) {
    const [problem] = problemsOf(place.folder)
    if (!isFault(cause) || problem === undefined) throw cause
    throw new Fault('store-refused', { detail: `${problem} (${cause.message})`, cause })
  }
}

function problemsOf(folder: string | undefined): readonly string[] {
  return folder === undefined ? [] : nodeDiskProblems(folder)
}

async function readNode(
  connection: Connection,
  { names, startedMs, folder }: NodePlace,
): Promise<NodeStates> {
  const states = new Map(await readStates(connection, names, { perInstance: false }))
  const services = new Map<string, Aged<ServiceStatus>>()
  for (const [name, stored] of await readStates(connection, names, { perInstance: true })) {
    const [service = ''] = name.split('.')
    const status = aged(stored, serviceStatusCodec)
    const known = services.get(service)
    if (status !== undefined && (known === undefined || status.ageMs < known.ageMs))
      services.set(service, status)
  }
  const healthUrl = folder === undefined ? undefined : await readHealthUrl(folder)
  return {
    nowMs: Date.now(),
    startedMs: startedMs ?? (await streamMadeMs(connection, names)),
    folder,
    healthUrl,
    reasons: healthUrl === undefined ? [] : await readReasons(healthUrl),
    diskProblems: problemsOf(folder),
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
