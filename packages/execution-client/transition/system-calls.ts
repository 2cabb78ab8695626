import type { EVM } from '@ethereumjs/evm'
import type { Hardforks } from '#protocol/chains/hardforks.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { type Machine, toEvmAddress } from './machine.ts'

/** A block in the interpreter's form. */
export type EvmBlock = NonNullable<Parameters<EVM['runCall']>[0]['block']>

/** Inputs of the system calls. */
export interface BlockBeginning {
  readonly parentHash: Hash
  /** Absent before Ecotone. */
  readonly parentBeaconBlockRoot: Hash | undefined
}

const systemAddress = `0x${'f'.repeat(39)}e` as Address
const systemCallGas = 30_000_000n
/** The beacon roots contract. Spec: EIP-4788 */
export const beaconRootsAddress: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02' as Address
/** The block hash history contract. Spec: EIP-2935 */
export const historyAddress: Address = '0x0000f90827f1c53a10cb7a02335b175320002935' as Address

/** Passes the beacon root and the parent hash to their system contracts. Spec: EIP-4788, 2935 */
export async function makeSystemCalls(
  machine: Machine,
  block: EvmBlock,
  { forks, parentHash, parentBeaconBlockRoot }: BlockBeginning & { readonly forks: Hardforks },
): Promise<void> {
  if (forks.ecotone && parentBeaconBlockRoot !== undefined)
    await callContract(machine, block, { to: beaconRootsAddress, data: parentBeaconBlockRoot })
  if (forks.isthmus) await callContract(machine, block, { to: historyAddress, data: parentHash })
}

async function callContract(
  machine: Machine,
  block: EvmBlock,
  { to, data }: { readonly to: Address; readonly data: Hash },
): Promise<void> {
  if (machine.state.code(to).length === 0) return
  machine.warm([])
  await machine.evm.runCall({
    caller: toEvmAddress(systemAddress),
    to: toEvmAddress(to),
    data: fromHex(data),
    gasLimit: systemCallGas,
    gasPrice: 0n,
    value: 0n,
    block,
    skipNonceIncrement: true,
  })
  await machine.endTransaction([])
}
