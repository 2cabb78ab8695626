import { createCustomCommon, Mainnet } from '@ethereumjs/common'
import {
  type CustomPrecompile,
  EVMError,
  type ExecResult,
  getActivePrecompiles,
  type PrecompileFunc,
  type PrecompileInput,
} from '@ethereumjs/evm'
import type { Hardforks } from '#protocol/chains/hardforks.ts'

const osaka = createCustomCommon({ chainId: 1, name: 'osaka' }, Mainnet, { hardfork: 'osaka' })
const all = getActivePrecompiles(osaka)

/** Input limits of a precompile on the OP Stack, in bytes; newest first. */
interface InputLimits {
  readonly osaka?: number
  readonly jovian?: number
  readonly isthmus?: number
  readonly granite?: number
}

/** By address. Spec: protocol/granite, isthmus, jovian, karst, each exec-engine.md#precompiles */
const inputLimits: readonly (readonly [address: number, limits: InputLimits])[] = [
  [0x08, { osaka: 57_600, jovian: 81_984, isthmus: 112_687, granite: 112_687 }],
  [0x0c, { jovian: 288_960, isthmus: 513_760 }],
  [0x0e, { jovian: 278_784, isthmus: 488_448 }],
  [0x0f, { jovian: 156_672, isthmus: 235_008 }],
]

const p256Address = 0x100

/** Differences from Ethereum's precompiles of the same hardfork. */
export function opPrecompiles(
  forks: Hardforks,
  { hasOsaka }: { readonly hasOsaka: boolean },
): CustomPrecompile[] {
  const custom: CustomPrecompile[] = []
  if (forks.fjord) custom.push(p256Verify(hasOsaka ? 6_900n : 3_450n))
  for (const [address, limits] of inputLimits) {
    const limit =
      (hasOsaka ? limits.osaka : undefined) ??
      (forks.jovian ? limits.jovian : undefined) ??
      (forks.isthmus ? limits.isthmus : undefined) ??
      (forks.granite ? limits.granite : undefined)
    if (limit !== undefined) custom.push(entry(address, limited(stock(address), limit)))
  }
  return custom
}

/** The precompile P256VERIFY. RIP-7212 and EIP-7951 specify the same results, but different amounts of gas. */
function p256Verify(price: bigint): CustomPrecompile {
  const verify = stock(p256Address)
  const unlimited = 10n ** 9n
  return entry(p256Address, async (input) => {
    if (input.gasLimit < price) return outOfGas(input)
    const result = await verify({ ...input, gasLimit: unlimited })
    if (result.exceptionError !== undefined) return result
    return { ...result, executionGasUsed: price }
  })
}

function limited(run: PrecompileFunc, maxBytes: number): PrecompileFunc {
  return (input) => (input.data.length > maxBytes ? outOfGas(input) : run(input))
}

/** Result of a call that fails and uses all its gas. */
function outOfGas({ gasLimit }: PrecompileInput): ExecResult {
  return {
    returnValue: new Uint8Array(0),
    executionGasUsed: gasLimit,
    exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS),
  }
}

function stock(address: number): PrecompileFunc {
  const found = all.get(address.toString(16).padStart(40, '0'))
  if (found === undefined) throw new Error(`EthereumJS has no precompile at ${address}`)
  return found
}

function entry(address: number, run: PrecompileFunc): CustomPrecompile {
  return { address: `0x${address.toString(16)}`, function: run } as unknown as CustomPrecompile
}
