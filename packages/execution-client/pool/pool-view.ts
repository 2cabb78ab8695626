import { type Hardforks, hardforksAt } from '#protocol/chains/hardforks.ts'
import type { Address } from '#protocol/primitives.ts'
import { type StateSource, WorldState } from '#execution-client/state/world-state.ts'
import { nextBaseFee } from '#execution-client/transition/base-fee.ts'
import type { ParentBlock } from '#execution-client/transition/execute-block.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import { maxTransactionGas } from '#execution-client/transition/gas.ts'
import { BlockFees } from '#execution-client/transition/l1-fee.ts'

/** The parts of the head that the transaction pool uses. */
export interface PoolView {
  readonly chainId: bigint
  readonly forks: Hardforks
  /** Gas limit of a block. */
  readonly gasLimit: bigint
  /** Maximum gas of a transaction; undefined before Osaka. Spec: EIP-7825 */
  readonly maxTransactionGas: bigint | undefined
  /** Base fee of the next block, in wei. */
  readonly baseFeePerGas: bigint
  /** Zeros for an empty account. */
  account(address: Address): { readonly nonce: bigint; readonly balance: bigint }
  code(address: Address): Uint8Array
  /** L1 data fee of a transaction, in wei. */
  l1Fee(raw: Uint8Array): bigint
  /** Operator fee for `gas`, in wei. */
  operatorFee(gas: bigint): bigint
}

/** Makes the view of a head. The time of the next block is unknown, so the rules one second after the head apply. */
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
