import { type Hardforks, hardforksAt } from '#protocol/chains/hardforks.ts'
import type { Address } from '#protocol/primitives.ts'
import { type StateSource, WorldState } from '#execution-client/state/world-state.ts'
import { nextBaseFee } from '#execution-client/transition/base-fee.ts'
import type { ParentBlock } from '#execution-client/transition/execute-block.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import { maxTransactionGas } from '#execution-client/transition/gas.ts'
import { BlockFees } from '#execution-client/transition/l1-fee.ts'

/** What the transaction pool has to know of the newest head. */
export interface PoolView {
  readonly chainId: bigint
  readonly forks: Hardforks
  /** Of a block. */
  readonly gasLimit: bigint
  /** The most that one transaction may have; undefined before Osaka. Spec: EIP-7825 */
  readonly maxTransactionGas: bigint | undefined
  /** Of the next block, in wei. */
  readonly baseFeePerGas: bigint
  /** Zeros for an account that is not there. */
  account(address: Address): { readonly nonce: bigint; readonly balance: bigint }
  code(address: Address): Uint8Array
  /** What a transaction pays for its bytes on L1, in wei. */
  l1Fee(raw: Uint8Array): bigint
  /** What the operator gets for `gas`, in wei. */
  operatorFee(gas: bigint): bigint
}

/** The head as the pool sees it. When the next block comes is not known, so its rules are those of a second later. */
export function poolViewOf(
  config: ExecutionConfig,
  head: Pick<ParentBlock, 'header' | 'trie'>,
  source: StateSource,
): PoolView {
  const timestamp = head.header.timestamp + 1n
  const forks = hardforksAt(config.hardforkTimes, timestamp)
  const state = new WorldState(source, head.trie)
  const fees = new BlockFees(forks, state)
  return {
    chainId: config.chainId,
    forks,
    gasLimit: head.header.gasLimit,
    maxTransactionGas: forks.karst && config.hasOsakaAtKarst ? maxTransactionGas : undefined,
    baseFeePerGas: nextBaseFee(config, head.header, timestamp),
    account: (address) => {
      const { nonce = 0n, balance = 0n } = state.account(address) ?? {}
      return { nonce, balance }
    },
    code: (address) => state.code(address),
    l1Fee: (raw) => fees.l1Fee(raw),
    operatorFee: (gas) => fees.operatorFee(gas),
  }
}
