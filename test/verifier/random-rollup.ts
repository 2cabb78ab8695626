import type { L1Block } from '#protocol/block/l1-block.ts'
import { type HardforkName, hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { address, testSystemConfig } from '#test/fakes/test-rollup.ts'
import type { Random } from '#runtime/random.ts'
import { hashOf } from './hash-of.ts'

/** Seconds from one L1 block to the next, if no slot is missed. */
export const l1BlockTime = 12n

/** The two addresses of the batcher. Updates of the system config switch between them. */
export const batchers = [address(0xba), address(0xbb)] as const

/** A rollup with short windows, whose hardforks activate at genesis or during a run of `blocks` L1 blocks. */
export function randomRollup(
  random: Random,
  l1: { readonly genesis: L1Block; readonly blocks: number },
): RollupConfig {
  const { genesis, blocks } = l1
  const hardforkTimes = randomForks(random, {
    from: genesis.timestamp,
    to: genesis.timestamp + l1BlockTime * BigInt(blocks),
  })
  return rollupConfig({
    genesis: {
      l1: { hash: genesis.hash, number: genesis.number },
      l2: { hash: hashOf('l2 genesis'), number: 0n },
      l2Timestamp: genesis.timestamp,
      systemConfig: {
        ...testSystemConfig,
        batcherAddress: batchers[0],
        scalar: `0x${810_949n.toString(16).padStart(64, '0')}` as Bytes32,
      },
    },
    blockTime: random.pick([4n, 6n]),
    maxSequencerDrift: BigInt(random.between(12, 60)),
    sequencingWindow: BigInt(random.chance(0.75) ? random.between(4, 10) : 100),
    channelTimeout: BigInt(random.between(2, 8)),
    hardforkTimes,
    batchInboxAddress: address(0xff),
    depositContractAddress: address(0xde),
    l1SystemConfigAddress: address(0xcf),
    l1BlobSchedule: [{ timestamp: 0n, baseFeeUpdateFraction: 3_338_477n }],
  })
}

/**
 * Activation times, in order, of the first few forks or of all forks. In half of the rollups, all of these forks
 * activate at genesis. In the other rollups, some of these forks activate later.
 */
function randomForks(
  random: Random,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): HardforkTimes {
  const names = hardforkNames.slice(0, random.pick([6, 7, 9, 9, hardforkNames.length]))
  const times: Partial<Record<HardforkName, bigint>> = {}
  const isSettled = random.chance(0.5)
  let before = from
  for (const name of names) {
    if (!isSettled && random.chance(0.6)) {
      const step = (to - before) / 3n
      before += BigInt(random.between(0, Number(step > 0n ? step : 0n)))
    }
    // Karst and Lagoon must not activate in the same block, except at genesis.
    if (name === 'lagoon' && before > from) before += 30n
    times[name] = before
  }
  return times
}
