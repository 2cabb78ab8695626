import type { Command } from 'commander'
import type * as z from 'zod'
import { l1ReplaySettings } from '#cli/l1-replay-settings.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal, unlessStopped, untilAborted } from '#cli/stop-signal.ts'
import { systemClock } from '#runtime/clock.ts'
import { shortHash } from '#runtime/screen/short-block.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'

/** Adds `atoll l1-replay`. */
export function addL1ReplayCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'l1-replay',
    summary: 'serve the L1 of a record as a chain that grows',
    description:
      'Serves the L1 of a record as a chain that grows block by block: JSON-RPC by HTTP and WebSocket, and the beacon API. The safe and finalized heads lag behind the head until the head is the last block. --reorg sets the reorgs.',
    schema: l1ReplaySettings,
    run: replay,
  })
}

async function replay(settings: z.output<typeof l1ReplaySettings>): Promise<void> {
  const { replayL1 } = await import('#records/replay/replay-record.ts')
  const signal = stopSignal()
  const { record, host, rpcPort, beaconPort, speed, reorg, unsafeBlockSigner } = settings
  const opening = replayL1(record, {
    host,
    rpcPort,
    beaconPort,
    unsafeBlockSigner,
    clock: systemClock,
    growth: {
      speed,
      reorgs: reorg ?? [],
      safeLag: BigInt(settings.safeLag),
      finalizedLag: BigInt(settings.finalizedLag),
    },
  })
  const l1 = await unlessStopped(unlessAborted(opening, signal), signal)
  if (l1 === undefined) return print('stopped')
  print(`L1 JSON-RPC  ${l1.rpcUrl}  ${l1.rpcUrl.replace(/^http/u, 'ws')}`)
  print(`L1 beacon    ${l1.beaconUrl}`)
  const { number: first } = l1.chain.first
  if (first > 0n)
    print(
      `the record begins at L1 block ${first}; nodes also read block 0, so a made-up block 0 is served`,
    )
  const last = l1.chain.blocks.at(-1)?.number ?? 0n
  l1.chain.onHead((blocks) => {
    for (const { number, hash } of blocks) print(`block ${number} of ${last}  ${shortHash(hash)}`)
  })
  const stopped = untilAborted(signal)
  await Promise.race([l1.grown, stopped])
  if (!signal.aborted) print(`all blocks up to ${last} are served and final; serving until stopped`)
  await stopped
  await l1.close()
  print('stopped')
}
