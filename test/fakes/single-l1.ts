import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Address } from '#protocol/primitives.ts'
import { isFault } from '#runtime/fault.ts'
import type { HeadReading, L1 } from '#services/da-watcher/ports.ts'

/** The data of an L1 with one endpoint. */
export interface SingleL1 {
  heads(): Promise<L1Heads>
  fetchBlock(request: FetchL1BlockRequest): Promise<L1Block | undefined>
  fetchUnsafeBlockSigner(): Promise<Address>
}

/** An L1 with one endpoint and without a cache. */
export function singleL1(source: SingleL1): L1 {
  return {
    endpoints: 1,
    readHeads: () => readHeads(source),
    noteLag: () => undefined,
    fetchBlock: (request) => source.fetchBlock(request),
    markFinal: () => undefined,
    fetchUnsafeBlockSigner: () => source.fetchUnsafeBlockSigner(),
  }
}

async function readHeads(source: SingleL1): Promise<HeadReading> {
  try {
    const { head: ref, safe, finalized } = await source.heads()
    const head = { ref, mayUpdateSigner: true }
    const finality = { safe, finalized }
    return { answers: [{ endpoint: 'L1', head, finality }], fault: undefined }
  } catch (fault) {
    if (!isFault(fault)) throw fault
    return { answers: [], fault }
  }
}
