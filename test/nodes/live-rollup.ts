import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { toBigEndian } from '#protocol/codec/big-endian.ts'
import { encodeRlp } from '#protocol/codec/rlp.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { address, forksUpTo, testSystemConfig } from '#test/fakes/test-rollup.ts'
import type { Random } from '#runtime/random.ts'
import { hashOf } from '#test/verifier/hash-of.ts'

/** A rollup with blocks of two seconds, which begins with an L1 block. Its sequencing window never ends in a run. */
export function liveRollup(random: Random, genesis: L1Block): RollupConfig {
  return rollupConfig({
    genesis: {
      l1: { hash: genesis.hash, number: genesis.number },
      l2: { hash: hashOf('l2 genesis'), number: 0n },
      l2Timestamp: genesis.timestamp,
      systemConfig: {
        ...testSystemConfig,
        scalar: `0x${810_949n.toString(16).padStart(64, '0')}` as Bytes32,
      },
    },
    blockTime: 2n,
    // More than the confirmation depth needs. From Fjord on, the drift is half an hour, which no stall of L1 reaches.
    maxSequencerDrift: BigInt(random.between(30, 50)),
    hardforkTimes: forksUpTo(random.pick(['ecotone', 'ecotone', 'granite', 'isthmus', 'jovian'])),
    channelTimeout: 50n,
    batchInboxAddress: address(0xff),
    depositContractAddress: address(0xde),
    l1SystemConfigAddress: address(0xcf),
    l1BlobSchedule: [{ timestamp: 0n, baseFeeUpdateFraction: 3_338_477n }],
  })
}

/** The transactions of users. Each block gets another transaction, so that no two builds lead to the same block. */
export class TransactionPool {
  readonly #chainId: bigint
  readonly #random: Random
  #nonce = 0n

  constructor(config: RollupConfig, random: Random) {
    this.#chainId = config.l2ChainId
    this.#random = random
  }

  /** The transactions of the next block. Their signatures are random, and not checked. */
  readonly take = (): readonly Uint8Array[] => {
    const random = this.#random
    const fields = encodeRlp([
      toBigEndian(this.#chainId),
      toBigEndian(this.#nonce++),
      Uint8Array.of(1),
      Uint8Array.of(7),
      toBigEndian(21_000n),
      random.bytes(20),
      toBigEndian(BigInt(random.between(1, 1_000_000))),
      random.bytes(random.between(0, 40)),
      [],
      new Uint8Array(0),
      Uint8Array.of(1, ...random.bytes(31)),
      Uint8Array.of(1, ...random.bytes(31)),
    ])
    return [Uint8Array.of(2, ...fields)]
  }
}
