import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type * as z from 'zod'
import { nodeBusAccess } from '#node/node-bus.ts'
import { defaultDataDir, rewindSettings } from '#node/node-settings.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { BusNames } from '#messages/bus-names.ts'
import { connectService } from '#bus/connect-service.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing } from '#runtime/tracing.ts'
import { shortBlock } from '#runtime/screen/short-block.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { loadRollupConfig } from '#runtime/settings/chain-settings.ts'

type RewindSettings = z.output<typeof rewindSettings>

/** Timeout for connecting to the bus of a node. Without a bus, no engine runs. */
const connectTimeoutMs = 3_000

/** Timeout for taking the lease; longer than a lease that an ended engine did not release. */
const leaseTimeoutMs = 12_000

/** Adds `atoll rewind`. */
export function addRewindCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'rewind',
    summary: 'take the L2 chain of an execution client back to a block',
    description:
      'Takes the L2 chain of an execution client back to a block, which becomes the unsafe head, and the safe and finalized heads if they were above it. The engine of the node must not run: stop the node first. The blocks above are derived again when it starts.',
    schema: rewindSettings,
    run: rewind,
  })
}

async function rewind(settings: RewindSettings): Promise<void> {
  const { openExecutionClient } = await import('#services/engine/client/open-client.ts')
  const { rewindTo } = await import('#services/engine/start/rewind.ts')
  const config = await loadRollupConfig(settings)
  const release = await holdLease(settings, config.l2ChainId)
  const client = await openExecutionClient({ ...settings, config, clock: systemClock })
  try {
    const { executionClient } = client
    const { before, after } = await rewindTo(
      BigInt(settings.to),
      { config, executionClient },
      systemClock,
    )
    for (const label of ['unsafe', 'safe', 'finalized'] as const) {
      const [was, is] = [before[label], after[label]]
      print(`${label.padEnd(9)} ${was?.number ?? '–'} → ${is === undefined ? '–' : shortBlock(is)}`)
    }
  } finally {
    await client.close()
    await release()
  }
}

/**
 * Takes the engine's lease, so that no engine starts during the rewind. Returns the function that releases it.
 *
 * @throws Fault `rewind-refused` if an engine runs; `settings` if the folder has no bus, unless `noNode` is set
 */
async function holdLease(
  { dataDir, node, noNode }: RewindSettings,
  chainId: bigint,
): Promise<() => Promise<void>> {
  const folder = dataDir ?? defaultDataDir(chainId)
  const access = await accessOf(folder)
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
    signal: connecting.signal,
    onFatal: failed.reject,
  }).catch((error: unknown) => {
    // The connection timed out. Without a bus, no engine runs.
    if (connecting.signal.aborted) return undefined
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
  const signal = AbortSignal.timeout(leaseTimeoutMs)
  try {
    await Promise.race([
      failed.promise,
      bus.lease({
        signal,
        onStandby: (found) => {
          holder = found.instance
        },
      }),
    ])
  } catch (cause) {
    await bus.close()
    if (!signal.aborted) throw cause
    const detail = `engine ${holder} is running: stop the node, rewind, then start the node again`
    throw new Fault('rewind-refused', { detail, cause })
  }
  return () => bus.close()
}

/** @returns undefined if the folder has no bus */
async function accessOf(nodeDir: string) {
  try {
    return await nodeBusAccess(nodeDir, 'engine')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
