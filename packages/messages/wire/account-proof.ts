import type { atoll } from '#proto/atoll.js'
import type { AccountProof } from '#protocol/block/account-proof.ts'
import {
  addressFromWire,
  hashFromWire,
  hexToWire,
  uint256FromWire,
  uint256ToWire,
  uint64FromWire,
  uint64ToWire,
} from './fields.ts'

/** Wire form of an account with its proof. */
export function accountProofToWire(proof: AccountProof): atoll.v1.AccountProof.$Properties {
  return {
    stateRoot: hexToWire(proof.stateRoot),
    address: hexToWire(proof.address),
    storageHash: hexToWire(proof.storageHash),
    codeHash: hexToWire(proof.codeHash),
    nonce: uint64ToWire(proof.nonce),
    balance: uint256ToWire(proof.balance),
    proof: [...proof.proof],
  }
}

/** Reads an account with its proof. @throws DecodeError if a field has the wrong length */
export function accountProofFromWire(
  message: atoll.v1.AccountProof.$Properties,
  path: string,
): AccountProof {
  return {
    stateRoot: hashFromWire(message.stateRoot, `${path}.state_root`),
    address: addressFromWire(message.address, `${path}.address`),
    storageHash: hashFromWire(message.storageHash, `${path}.storage_hash`),
    codeHash: hashFromWire(message.codeHash, `${path}.code_hash`),
    nonce: uint64FromWire(message.nonce),
    balance: uint256FromWire(message.balance, `${path}.balance`),
    proof: message.proof ?? [],
  }
}
