import type { L1Block } from '#protocol/block/l1-block.ts'
import { hash, l1Ref } from '#test/fakes/values.ts'
import type { Address } from '#protocol/primitives.ts'

/** About the size of a gossiped block. */
const entryBytes = 150_000

/** An entry of a log, with `bytes` of content. */
export function bulkEntry(number: bigint, bytes: number = entryBytes): L1Block {
  return {
    ...l1Ref(number),
    prevRandao: hash(0),
    baseFee: 0n,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    logs: [],
    inboxTransactions: [
      {
        hash: hash(number),
        type: 2,
        sender: `0x${'ba'.repeat(20)}` as Address,
        data: new Uint8Array(bytes).fill(Number(number % 256n)),
        blobs: [],
      },
    ],
  }
}
