import * as z from 'zod'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { decodeRlp, rlpBytes } from '#protocol/codec/rlp.ts'
import type { Address } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { addressJson, toData, toQuantity, toWord } from '#json-rpc/forms/fields.ts'
import { emptyCodeHash } from '#execution-client/state/account-record.ts'
import type { WorldState } from '#execution-client/state/world-state.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { callJson, noBlockOverridesJson, overridesJson } from './call-json.ts'
import { estimateGas } from './estimate-gas.ts'
import { blockJson, parseParam, requireState, rpcCodes } from './params.ts'
import { callError, type Simulator } from './simulate.ts'

/** Limit on the slots of a proof, as in geth. */
export const maxProofSlots = 1_024

/** Methods that read the state or execute calls. Spec: execution-apis, src/eth/state.yaml, execute.yaml */
export function stateMethods(chain: Chain, simulator: Simulator): Methods {
  const stateAt = (params: readonly unknown[], at: number) =>
    chain.state(requireState(chain, parseParam(blockJson, params, at)))
  const target = (params: readonly unknown[]) => parseParam(addressJson, params, 0)
  return {
    eth_getBalance: (params) =>
      toQuantity(stateAt(params, 1).account(target(params))?.balance ?? 0n),
    eth_getCode: (params) => toData(stateAt(params, 1).code(target(params))),
    eth_getStorageAt: (params) =>
      toWord(stateAt(params, 2).slot(target(params), toWord(parseParam(slotJson, params, 1)))),
    eth_getProof: (params) => proofOf(stateAt(params, 2), params),
    eth_call: async (params) => {
      const block = requireState(chain, parseParam(blockJson, params, 1))
      const call = parseParam(callJson, params, 0)
      const overrides = parseParam(overridesJson, params, 2)
      parseParam(noBlockOverridesJson, params, 3)
      const simulated = await simulator.run({ block, call, overrides })
      if (simulated.error !== undefined) throw callError(simulated)
      return toData(simulated.returned)
    },
    eth_estimateGas: async (params) => {
      const block = requireState(chain, parseParam(blockJson, params, 1))
      const call = parseParam(callJson, params, 0)
      const overrides = parseParam(overridesJson, params, 2)
      parseParam(noBlockOverridesJson, params, 3)
      return toQuantity(await estimateGas(simulator, { block, call, overrides }))
    },
    eth_createAccessList: async (params) => {
      const block = requireState(chain, parseParam(blockJson, params, 1))
      const call = parseParam(callJson, params, 0)
      const simulated = await simulator.run({ block, call })
      const { touched, gasUsed, error } = simulated
      return {
        accessList: touched.filter(({ storageKeys }) => storageKeys.length > 0),
        gasUsed: toQuantity(gasUsed),
        ...(error !== undefined && { error }),
      }
    },
  }
}

/** Schema for a slot, which may have fewer than 64 digits. */
const slotJson = z
  .string()
  .regex(/^0x[0-9a-fA-F]{0,64}$/, 'want a slot in hex')
  .transform((text) => fromHex(`0x${text.slice(2).padStart(64, '0')}`))

function proofOf(state: WorldState, params: readonly unknown[]): unknown {
  const address = parseParam(addressJson, params, 0)
  const asked = parseParam(z.array(z.string()), params, 1)
  if (asked.length > maxProofSlots) {
    const message = `too many keys (max ${maxProofSlots} accepted)`
    throw new JsonRpcError(rpcCodes.invalidParams, message)
  }
  const keys = asked.map((key, at) => [key, parseParam(slotJson, asked, at)] as const)
  const account = state.account(address)
  return {
    address,
    accountProof: state.trie.proof(keccak256(fromHex(address))).map(toData),
    balance: toQuantity(account?.balance ?? 0n),
    codeHash: toData(account?.codeHash ?? emptyCodeHash),
    nonce: toQuantity(account?.nonce ?? 0n),
    storageHash: toData(account?.storageRoot ?? emptyTrieRoot),
    storageProof: keys.map(([key, slot]) => slotProof(state, address, { key, slot })),
  }
}

function slotProof(
  state: WorldState,
  address: Address,
  { key, slot }: { readonly key: string; readonly slot: Uint8Array },
): unknown {
  const trie = state.storageTrie(address)
  const encoded = trie.get(keccak256(slot))
  const value = encoded === undefined ? '0x' : toHex(rlpBytes(decodeRlp(encoded)))
  return {
    key,
    value: toQuantity(value === '0x' ? 0n : BigInt(value)),
    proof: trie.proof(keccak256(slot)).map(toData),
  }
}
