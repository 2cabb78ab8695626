import type {
  FetchL2BlockRequest,
  FetchL2BlockResponse,
  L2BlockPart,
} from '#messages/fetch-l2-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockName } from '#engine-api/execution-client.ts'
import type { ClientPorts } from '#services/engine/ports.ts'
import type { Chain } from '#services/engine/state.ts'
import { refOf } from './read-blocks.ts'

/** Answers a request for a block from the execution client. The answer does not wait for running jobs. */
export async function answerBlock(
  { block: which, part }: FetchL2BlockRequest,
  chain: Chain | undefined,
  ports: ClientPorts,
): Promise<FetchL2BlockResponse> {
  const generation = chain?.generation ?? 0n
  const block = await ports.executionClient.block(nameOf(which, chain))
  if (block === undefined) return { generation, kind: 'not-found' }
  const found = await partOf(block, part, ports)
  if (found === undefined) return { generation, kind: 'not-found' }
  return { generation, kind: 'found', ref: refOf(ports.config, block), part: found }
}

/** Resolves a label to a head of the engine, or to a head of the execution client before the first generation. */
function nameOf(which: FetchL2BlockRequest['block'], chain: Chain | undefined): BlockName {
  if (which.kind !== 'label' || chain === undefined) return which
  return { kind: 'hash', hash: chain[which.label].hash }
}

async function partOf(
  block: Payload,
  part: L2BlockPart['kind'],
  { executionClient }: ClientPorts,
): Promise<L2BlockPart | undefined> {
  switch (part) {
    case 'ref':
      return { kind: 'ref' }
    case 'header':
      return { kind: 'header', header: block }
    case 'payload':
      return { kind: 'payload', payload: block }
    case 'account-proof': {
      const proof = await executionClient.accountProof(block.blockHash)
      return proof && { kind: 'account-proof', proof }
    }
  }
}
