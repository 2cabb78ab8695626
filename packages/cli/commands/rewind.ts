import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type * as z from 'zod'
import { accessToBus, findLocalBus } from '#node/local-buses.ts'
import { defaultDataDir, rewindSettings } from '#node/node-settings.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import { BusNames } from '#messages/bus-names.ts'
import { connectService } from '#bus/connect-service.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing } from '#runtime/tracing.ts'
import { shortBlock } from '#runtime/screen/short-block.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { loadRollupConfig } from '#runtime/settings/chain-settings.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'

type RewindSettings = z.output<typeof rewindSettings>

/** Timeout for connecting to the bus of a node. If there is no bus, no engine runs. */
const connectTimeoutMs = 3_000

/** Timeout for taking the lease. If an engine ended without releasing its lease, the lease expires within this time. */
const leaseTimeoutMs = 12_000

/** Adds `atoll rewind`. */
export function addRewindCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'rewind',
    summary: 'take the L2 chain of an execution client back to a block',
    description:
      'Takes the L2 chain of an execution client back to a block. This block becomes the unsafe head. A safe or finalized head above this block is also set to this block. The engine of the node must not run: stop the node first. When the node starts again, it derives the later blocks again.',
    schema: rewindSettings,
    run: rewind,
  })
}

async function rewind(settings: RewindSettings): Promise<void> {
  const { openExecutionClient } = await import('#engine-api/open-client.ts')
  const { rewindTo } = await import('#services/engine/start/rewind.ts')
  const signal = stopSignal()
  const config = await loadRollupConfig(settings)
  const release = await holdLease(settings, config.l2ChainId, signal)
  const client = await openExecutionClient({ ...settings, config, clock: systemClock, signal })
  try {
    const ports = { config, executionClient: client.executionClient }
    const rewinding = rewindTo(BigInt(settings.to), ports, systemClock)
    const { before, after } = await unlessAborted(rewinding, signal)
    for (const label of ['unsafe', 'safe', 'finalized'] as const) {
      const [was, is] = [before[label], after[label]]
      print(`${label.padEnd(9)} ${was?.number ?? '–'} → ${is === undefined ? '–' : shortBlock(is)}`)
    }
  } catch (cause) {
    if (!signal.aborted) throw cause
    const detail = `stopped; the execution client may be at block ${settings.to} already: rewind again`
    throw new Fault('aborted', { detail, cause })
  } finally {
    await client.close()
    await release()
  }
}

/**
 * Takes the engine's lease, so that no engine starts during the rewind. Returns the function that releases it.
 *
 * @throws Fault `rewind-refused` if an engine runs; `settings` if the folder has no bus, unless `noNode` is set;
 * `closed` or `aborted` if the signal is aborted
 */
async function holdLease(
  { dataDir, node, noNode }: RewindSettings,
  chainId: bigint,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const folder = dataDir ?? defaultDataDir(chainId)
  const local = await findLocalBus({ dataDir: folder, chainId, node })
  const access = local && accessToBus(local, 'engine')
  if (access === undefined) {
    if (noNode) return () => Promise.resolve()
    const detail = `no node keeps its bus in ${folder}: set --data-dir, or pass --no-node`
    throw new Fault('settings', { detail })
  }
  const instance = 'rewind'
  const failed = Promise.withResolvers<never>()
  // eslint-disable-next-line atoll/use-rejection -- the code that waits for the lease handles it
  failed.promise.catch(() => undefined)
  const connecting = new AbortController()
  const stopTimer = systemClock.after(connectTimeoutMs, () => connecting.abort())
  const connections = await connectService('engine', {
    ...access,
    natsCaFile: undefined,
    instance,
    signal: AbortSignal.any([connecting.signal, signal]),
    onFatal: failed.reject,
  }).catch((error: unknown) => {
    // The connection timed out. Without a bus, no engine runs.
    if (connecting.signal.aborted && !signal.aborted) return undefined
    throw error
  })
  stopTimer()
  if (connections === undefined) return () => Promise.resolve()
  const bus = new ServiceBus({
    ...connections,
    names: new BusNames({ chainId, node }),
    service: 'engine',
    instance,
    boot: randomUUID(),
    clock: systemClock,
    tracing: noTracing,
    onFatal: failed.reject,
  })
  let holder = 'another'
  const late = AbortSignal.timeout(leaseTimeoutMs)
  try {
    const taking = bus.lease({
      signal: AbortSignal.any([late, signal]),
      onStandby: (found) => {
        holder = found.instance
      },
    })
    await unlessAborted(Promise.race([failed.promise, taking]), signal)
  } catch (cause) {
    await bus.close()
    if (!late.aborted || signal.aborted) throw cause
    const detail = `engine ${holder} is running: stop the node, rewind, then start the node again`
    throw new Fault('rewind-refused', { detail, cause })
  }
  return () => bus.close()
}
