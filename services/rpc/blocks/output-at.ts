import type { L2BlockRef } from '#protocol/block/refs.ts'
import { type Output, outputRoot } from '#protocol/block/output-root.ts'
import type { PayloadHeader } from '#protocol/block/payload.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Hash } from '#protocol/primitives.ts'
import { isAccountProven } from '#protocol/trie/account-proof.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { serverError, serverErrorCode } from '#services/rpc/methods/server-error.ts'
import type { NodeCalls } from './node-calls.ts'

/** The output of a block, and its root. */
export interface RootedOutput {
  readonly output: Output
  readonly root: Hash
}

/**
 * The output of a block.
 *
 * @param failure the beginning of op-node's error texts; the id of the block follows
 * @throws JsonRpcError with op-node's texts if the account proof of the L2ToL1MessagePasser is needed, and is missing
 * or wrong
 */
export async function outputOf(
  { ref, header }: { readonly ref: L2BlockRef; readonly header: PayloadHeader },
  {
    calls,
    config,
    failure,
  }: {
    readonly calls: Pick<NodeCalls, 'l2Block'>
    readonly config: RollupConfig
    readonly failure: string
  },
): Promise<RootedOutput> {
  const { stateRoot, withdrawalsRoot } = header
  const isInHeader = isActive(config, 'isthmus', ref.timestamp) && withdrawalsRoot !== undefined
  const messagePasserStorageRoot = isInHeader
    ? withdrawalsRoot
    : await provenStorageRoot(ref.hash, stateRoot, calls).catch((error: unknown) => {
        if (!(error instanceof JsonRpcError) || error.code !== serverErrorCode) throw error
        throw serverError(`${failure}${ref.hash}:${ref.number}: ${error.message}`)
      })
  const output = { stateRoot, messagePasserStorageRoot, blockHash: ref.hash }
  return { output, root: outputRoot(output) }
}

/**
 * The storage root of the L2ToL1MessagePasser, from an account proof, which is checked. Before Isthmus, headers do not
 * have this root.
 */
async function provenStorageRoot(
  hash: Hash,
  stateRoot: Hash,
  calls: Pick<NodeCalls, 'l2Block'>,
): Promise<Hash> {
  const answer = await calls.l2Block({ block: { kind: 'hash', hash }, part: 'account-proof' })
  if (answer.kind === 'not-found' || answer.part.kind !== 'account-proof')
    throw serverError(`failed to get contract proof at block ${hash}: not found`)
  const { proof } = answer.part
  if (!isAccountProven({ ...proof, stateRoot }))
    throw serverError(`invalid withdrawal root hash, state root was ${stateRoot}`)
  return proof.storageHash
}
