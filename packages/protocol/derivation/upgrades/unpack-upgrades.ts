import { brotliDecompressSync } from 'node:zlib'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { decodeRlpList, rlpBytes, rlpList, rlpUint, type RlpItem } from '#protocol/codec/rlp.ts'
import type { Deposit } from '#protocol/transaction/deposit.ts'
import { upgradeSourceHash } from '#protocol/derivation/source-hash.ts'
import packed from './packed-upgrades.json' with { type: 'json' }

/** A hardfork with upgrade transactions. */
export type UpgradingFork = keyof typeof packed

/** An upgrade transaction. */
export interface Upgrade {
  /** The intent, from which the source hash is computed. */
  readonly intent: string
  readonly deposit: Deposit
}

/** Whether a hardfork has upgrade transactions. */
export function isUpgradingFork(fork: string): fork is UpgradingFork {
  return Object.hasOwn(packed, fork)
}

const unpacked = new Map<UpgradingFork, readonly Upgrade[]>()

/**
 * Unpacks the upgrade transactions of a hardfork from base64, brotli and RLP. This takes milliseconds, and a chain
 * needs it once.
 */
export function unpackUpgrades(fork: UpgradingFork): readonly Upgrade[] {
  const known = unpacked.get(fork) ?? unpackAll(fork)
  unpacked.set(fork, known)
  return known
}

function unpackAll(fork: UpgradingFork): readonly Upgrade[] {
  const compressed = Uint8Array.from(atob(packed[fork]), (letter) => letter.charCodeAt(0))
  return decodeRlpList(brotliDecompressSync(compressed)).map(unpack)
}

function unpack(item: RlpItem): Upgrade {
  const fields = rlpList(item)
  const [intentBytes, from, to] = [fields[0], fields[1], fields[2]].map(rlpBytes)
  if (intentBytes === undefined || from === undefined || to === undefined)
    throw new DecodeError('an upgrade without its fields')
  const intent = String.fromCharCode(...intentBytes)
  return {
    intent,
    deposit: {
      sourceHash: upgradeSourceHash(intent),
      from: toAddress(from),
      to: to.length === 0 ? undefined : toAddress(to),
      mint: 0n,
      value: 0n,
      gas: rlpUint(fields[3], 8),
      isSystemTransaction: false,
      data: rlpBytes(fields[4]),
    },
  }
}
