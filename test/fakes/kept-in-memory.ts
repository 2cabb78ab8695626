import { openFlashblockStore } from '#services/engine/flashblocks/flashblock-store.ts'
import { KeptFlashblocks } from '#services/engine/flashblocks/kept-flashblocks.ts'

/** Flashblocks that a restart of the engine loses. */
export function keptInMemory(l2ChainId: bigint): KeptFlashblocks {
  return new KeptFlashblocks(openFlashblockStore(undefined, l2ChainId, { warn: () => undefined }))
}
