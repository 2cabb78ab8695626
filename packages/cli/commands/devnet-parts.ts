import type { Command } from 'commander'
import type * as z from 'zod'
import { serveCommandHealth } from '#cli/command-health.ts'
import {
  batcherSettings,
  devnetL1Settings,
  devnetTrafficSettings,
} from '#cli/devnet-part-settings.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal, unlessStopped, untilAborted } from '#cli/stop-signal.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { makeDataDir } from '#node/make-data-dir.ts'
import { print } from '#node/output.ts'
import { every, sleep, systemClock } from '#runtime/clock.ts'
import { readHexKey } from '#runtime/keys/hex-key.ts'
import { loadRollupConfig } from '#runtime/settings/chain-settings.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'

/** Time for each call of the traffic. */
const timeoutMs = 10_000

/** Time for the stop of a part. */
const stopTimeoutMs = 500

/** Period of the count of sent transactions. */
const countPeriodMs = 60_000

/** Adds the commands that run a part of a devnet, for example in a container. */
export function addDevnetPartCommands(program: Command): void {
  addSettingsCommand(program, {
    name: 'batcher',
    summary: 'post the blocks of a sequencer to L1 (development only)',
    description:
      'Posts the blocks of a sequencer to L1, as op-batcher does, for development and tests; production runs op-batcher. Blocks that do not become safe are posted again.',
    schema: batcherSettings,
    run: runBatcher,
  })
  addSettingsCommand(program, {
    name: 'devnet-l1',
    summary: 'run the L1 of a devnet, with a new rollup on it',
    description:
      'Runs the L1 of a devnet (anvil) with a beacon API, for example in a container. The first start creates a rollup on it, and writes its files. Later starts continue the chain; after a crash, its last blocks may be missing.',
    schema: devnetL1Settings,
    run: runL1,
  })
  addSettingsCommand(program, {
    name: 'devnet-traffic',
    summary: 'send the transactions of the users of a devnet',
    description:
      'Sends transactions of users to the L2 of a devnet, and deposits to its L1, for example in a container.',
    schema: devnetTrafficSettings,
    run: runTraffic,
  })
}

async function runBatcher(settings: z.output<typeof batcherSettings>): Promise<void> {
  const { startBatcher } = await import('#devnet/batcher/start-batcher.ts')
  const { privateKeyToAccount } = await import('viem/accounts')
  const signal = stopSignal()
  const { batches, compression, da: data } = settings
  const account = privateKeyToAccount(`0x${await readHexKey(settings.batcherKeyFile)}`)
  const batcher = startBatcher({
    config: await loadRollupConfig(settings),
    form: { batches, compression, data },
    l1Url: settings.l1RpcUrl,
    executionUrl: settings.l2RpcUrl,
    rollupUrl: settings.rollupRpcUrl,
    account,
    clock: systemClock,
    report: print,
  })
  print(`the batcher ${account.address} posts to ${settings.l1RpcUrl}`)
  await serveUntil(signal, settings, { failed: batcher.failed, stop: soon(() => batcher.stop()) })
}

async function runL1(settings: z.output<typeof devnetL1Settings>): Promise<void> {
  const { startKeptL1 } = await import('#devnet/live/kept-l1.ts')
  // Slow to load, and the first start uses it. It is loaded before signals are caught, so that a signal can end the load.
  await import('#execution-client/genesis/make-genesis.ts')
  const { blockTime, dataDir, l1BlockTime, rollupDir } = settings
  const signal = stopSignal()
  await makeDataDir(dataDir)
  const opening = startKeptL1({
    ...settings,
    folder: dataDir,
    rollupFolder: rollupDir,
    blockSeconds: blockTime,
    l1BlockSeconds: l1BlockTime,
    forkOffsets: forkOffsetsOf(settings.forkOffsets ?? []),
    clock: systemClock,
    report: print,
  })
  const l1 = await unlessStopped(unlessAborted(opening, signal), signal)
  if (l1 === undefined) return print('stopped')
  print(`L1 JSON-RPC  ${l1.rpcUrl}`)
  print(`L1 beacon    ${l1.beaconUrl}`)
  await serveUntil(signal, settings, { failed: l1.failed, stop: () => l1.close() })
}

async function runTraffic(settings: z.output<typeof devnetTrafficSettings>): Promise<void> {
  const { Traffic } = await import('#devnet/live/traffic.ts')
  const signal = stopSignal()
  const { depositContractAddress: portal } = await loadRollupConfig(settings)
  const clientOf = (url: string) =>
    new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds: 2, clock: systemClock })
  const [l1, l2] = [clientOf(settings.l1RpcUrl), clientOf(settings.l2RpcUrl)]
  const rate = settings.transactionRate
  const traffic = new Traffic({ l1, l2, portal, rate, clock: systemClock, report: print })
  print(`sends transactions to ${settings.l2RpcUrl}, and deposits to ${portal}`)
  const count = every(systemClock, countPeriodMs, () => {
    const { deposits, transactions } = traffic.sent
    print(`${transactions} transactions and ${deposits} deposits sent`)
  })
  await serveUntil(signal, settings, {
    failed: traffic.failed,
    stop: soon(async () => {
      count()
      await traffic.stop()
      for (const client of [l1, l2]) await client.close()
    }),
  })
}

/** Stops a part, without waiting for the answers of servers that have stopped themselves. */
function soon(stop: () => Promise<void>): () => Promise<void> {
  return async () => {
    await Promise.race([stop(), sleep(systemClock, stopTimeoutMs)])
  }
}

/** Serves the health of a part until a signal asks it to stop, or the part fails. */
async function serveUntil(
  signal: AbortSignal,
  settings: Parameters<typeof serveCommandHealth>[0],
  { failed, stop }: { readonly failed: Promise<never>; readonly stop: () => Promise<void> },
): Promise<void> {
  try {
    const health = await serveCommandHealth(settings)
    try {
      await Promise.race([untilAborted(signal), failed])
    } finally {
      await health.close()
    }
  } finally {
    await stop()
  }
  print('stopped')
}
