import { signRecoverable, pointFromScalar } from 'tiny-secp256k1'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { curveOrder } from '#runtime/crypto/secp256k1.ts'
import type { PostFlaw } from './draft.ts'

const keys = new Map<Address, Uint8Array>()
const replacements = new Map<Address, Address>()
const signatures = new Map<string, Signed>()

/** The address of a key of ours that replaces a batcher of the record, whose private key we do not have. */
export function replacementOf(sender: Address): Address {
  const known = replacements.get(sender)
  if (known !== undefined) return known
  const key = keccak256(Buffer.from(`batcher ${sender}`))
  const point = pointFromScalar(key, false)
  if (point === null) throw new RangeError('no key')
  const address = toAddress(keccak256(point.subarray(1)).subarray(12))
  keys.set(address, key)
  replacements.set(sender, address)
  return address
}

/** The fields of a batcher transaction before it is signed. */
export interface UnsignedPost {
  /** An address that `replacementOf` returned. */
  readonly sender: Address
  readonly type: number
  readonly flaw: PostFlaw | undefined
  readonly data: Uint8Array
  readonly versionedHashes: readonly Hash[]
  readonly inbox: Address
  readonly l1ChainId: bigint
}

interface Signed {
  readonly r: bigint
  readonly s: bigint
  readonly yParity: number
}

/** Signs a transaction, with its flaw, and encodes it as in an L1 block. */
export function signPost(post: UnsignedPost): Uint8Array {
  const { type, flaw } = post
  const chainId = flaw === 'other-chain' ? post.l1ChainId + 1n : post.l1ChainId
  const fields = fieldsOf(post, chainId)
  const isProtected = flaw !== 'unprotected'
  const tail = type === 0 && isProtected ? [uintToRlp(chainId), nothing, nothing] : []
  const hash = keccak256(envelope(type, [...fields, ...tail]))
  const { r, s, yParity } = flawed(signatureOf(hash, post.sender), flaw)
  const base = isProtected ? 35n + 2n * chainId : 27n
  const v = type === 0 ? base + BigInt(yParity) : BigInt(yParity)
  return envelope(type, [...fields, uintToRlp(v), uintToRlp(r), uintToRlp(s)])
}

const nothing = new Uint8Array(0)

function fieldsOf(post: UnsignedPost, chainId: bigint): RlpItem[] {
  const { type, flaw, data, versionedHashes } = post
  const fee = uintToRlp(1_000_000_000n)
  const to = flaw === 'other-inbox' ? new Uint8Array(20).fill(0x11) : fromHex(post.inbox)
  const body = [uintToRlp(21_000n), to, nothing, data]
  switch (type) {
    case 0:
      return [nothing, fee, ...body]
    case 1:
      return [uintToRlp(chainId), nothing, fee, ...body, []]
    case 3: {
      const calldata = flaw === 'calldata-beside-blobs' ? Uint8Array.of(0, 1, 2) : nothing
      const hashes = versionedHashes.map(fromHex)
      return [uintToRlp(chainId), nothing, fee, fee, ...body.slice(0, 3), calldata, [], fee, hashes]
    }
    case 4:
      return [uintToRlp(chainId), nothing, fee, fee, ...body, [], [authorization(chainId)]]
    default:
      return [uintToRlp(chainId), nothing, fee, fee, ...body, []]
  }
}

/** A dummy authorization of an address without a known key. A type-4 transaction must have at least one. */
function authorization(chainId: bigint): RlpItem {
  const word = uintToRlp(1n)
  return [uintToRlp(chainId), new Uint8Array(20).fill(0x22), nothing, nothing, word, word]
}

function envelope(type: number, fields: readonly RlpItem[]): Uint8Array {
  const body = encodeRlp(fields)
  return type === 0 ? body : Buffer.concat([Uint8Array.of(type), body])
}

/** The signature of a hash. The signature is cached, because most transactions of a record appear in many cases. */
function signatureOf(hash: Uint8Array, sender: Address): Signed {
  const name = toHex(hash) + sender
  const known = signatures.get(name)
  if (known !== undefined) return known
  const key = keys.get(sender)
  if (key === undefined) throw new RangeError(`no key of ${sender}`)
  const { signature, recoveryId } = signRecoverable(hash, key)
  const signed = {
    r: fromBigEndian(signature.subarray(0, 32)),
    s: fromBigEndian(signature.subarray(32)),
    yParity: recoveryId & 1,
  }
  if (signatures.size >= maxSignatures) signatures.clear()
  signatures.set(name, signed)
  return signed
}

const maxSignatures = 50_000

function flawed(signed: Signed, flaw: PostFlaw | undefined): Signed {
  switch (flaw) {
    case 'high-s':
      return { ...signed, s: curveOrder - signed.s, yParity: 1 - signed.yParity }
    case 'other-parity':
      return { ...signed, yParity: 1 - signed.yParity }
    case 'zero-r':
      return { ...signed, r: 0n }
    default:
      return signed
  }
}
