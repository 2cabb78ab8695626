import type { L1BlockRef } from '#protocol/block/refs.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { ClientPorts, L1Refs, Ports } from '#services/engine/ports.ts'

/**
 * Checks the chain id of L1. Also checks the hash of the rollup's genesis block on L1, if L1 has that block: L1 may
 * have pruned the block or be behind.
 *
 * @throws Fault `wrong-chain` if L1 is another chain than in the rollup config; other faults of calls to L1
 * Source: op-node, Config.ValidateL1Config
 */
export async function checkL1Chain({ config, l1 }: Pick<Ports, 'config' | 'l1'>): Promise<void> {
  const chainId = await l1.chainId()
  if (chainId !== config.l1ChainId)
    throw wrongChain(
      `L1 (--l1-rpc-urls) has chain id ${chainId}, the rollup config has l1_chain_id ${config.l1ChainId}`,
    )
  const { number, hash } = config.genesis.l1
  const genesis = await l1BlockUnlessPruned(number, l1)
  if (genesis !== undefined && genesis.hash !== hash)
    throw wrongChain(
      `block ${number} of L1 (--l1-rpc-urls) is ${genesis.hash}, the rollup config has genesis.l1.hash ${hash}`,
    )
}

/** An L1 block; undefined if L1 is behind or pruned it. For a pruned block, some nodes answer null, others refuse. */
async function l1BlockUnlessPruned(number: bigint, l1: L1Refs): Promise<L1BlockRef | undefined> {
  try {
    const [block] = await l1.blocksDown({ number, count: 1 })
    return block
  } catch (error) {
    if (isFault(error, 'l1-refused')) return undefined
    throw error
  }
}

/** @throws Fault `wrong-chain` if the execution client has another chain than the rollup config */
export async function checkL2Chain({ config, executionClient }: ClientPorts): Promise<void> {
  const chainId = await executionClient.chainId()
  if (chainId !== config.l2ChainId)
    throw wrongChain(
      `the execution client (--engine-url) has chain id ${chainId}, the rollup config has l2_chain_id ${config.l2ChainId}`,
    )
  const { number, hash } = config.genesis.l2
  const genesis = await executionClient.block({ kind: 'number', number })
  // A client may have pruned its genesis block.
  if (genesis !== undefined && genesis.blockHash !== hash)
    throw wrongChain(
      `block ${number} of the execution client (--engine-url) is ${genesis.blockHash}, the rollup config has genesis.l2.hash ${hash}`,
    )
}

function wrongChain(detail: string): Fault {
  return new Fault('wrong-chain', { detail })
}
