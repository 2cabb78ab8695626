import type { Command } from 'commander'
import type * as z from 'zod'
import { print } from '#node/output.ts'
import { Progress } from '#cli/progress.ts'
import { recordSettings } from '#cli/record-settings.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import { systemClock } from '#runtime/clock.ts'

type RecordSettings = z.output<typeof recordSettings>

/** Adds `atoll record`. */
export function addRecordCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'record',
    summary: 'record an L2 chain and the L1 it is derived from',
    description:
      'Records an L2 chain and the L1 data it is derived from, so that atoll derive derives the same chain without a network. All answers of the nodes are checked against hashes, and the chain is derived while it is recorded: data that does not match is reported and not recorded.',
    schema: recordSettings,
    run: record,
  })
}

async function record(settings: RecordSettings): Promise<void> {
  const { from, to, out } = settings
  const { writeRecord } = await import('#records/record/write-record.ts')
  const signal = stopSignal()
  const progress = new Progress()
  const { l1, l2, txs, refused } = await writeRecord({
    ...settings,
    from: BigInt(from),
    to: BigInt(to),
    clock: systemClock,
    signal,
    onL1Block: (number) => progress.show(() => `L1 block ${number}`),
    onBlock: ({ derived }) =>
      progress.count((perSecond) => {
        const place = `block ${derived.parent.number + 1n} of ${to}`
        return `${place} from L1 block ${derived.derivedFrom.number}, ${perSecond.toFixed(0)} blocks/s`
      }),
  }).finally(() => progress.clear())
  print(`L2 blocks ${l2.first} to ${l2.last} with ${txs} transactions`)
  print(`L1 blocks ${l1.first} to ${l1.last}`)
  if (refused > 0) print(`${refused} sets of payload attributes were refused`)
  print(`in ${out}: atoll derive --record ${out}`)
}
