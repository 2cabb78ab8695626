import { isIP } from 'node:net'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { publicKeyOfPeerId } from '#protocol/p2p/network-key.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Hash } from '#protocol/primitives.ts'

// Params of methods. Errors have the texts of op-node, which come from Go's decoder, since tools compare these texts.
// Source: go-ethereum, rpc/json.go and common/hexutil/json.go

/** Parses a param. Throws a `ParamError` if the param is malformed. */
export type Param<Value> = (json: unknown) => Value

/** The flaw of a malformed param. */
class ParamError extends Error {
  override readonly name = 'ParamError'
}

/** A param that may be missing or `null`. A missing param and `null` become undefined. */
export function optional<Value>(param: Param<Value>): Param<Value | undefined> {
  return omittable((json) => (json === null ? undefined : param(json)))
}

/** A param that may be missing. A missing param becomes undefined. */
export function omittable<Value>(param: Param<Value>): Param<Value | undefined> {
  const parse: Param<Value | undefined> = (json) => (json === undefined ? undefined : param(json))
  optionals.add(parse)
  return parse
}

const optionals = new WeakSet<Param<unknown>>()

/**
 * Parses the params of a call.
 *
 * @throws JsonRpcError with code -32602
 */
export function readParams<Values extends readonly unknown[]>(
  params: readonly unknown[],
  ...kinds: { readonly [At in keyof Values]: Param<Values[At]> }
): Values {
  const values = kinds.map((kind, at) => {
    const isMissing = at >= params.length && !optionals.has(kind)
    if (isMissing) throw invalidParams(`missing value for required argument ${at}`)
    try {
      return kind(params[at])
    } catch (error) {
      if (!(error instanceof ParamError)) throw error
      throw invalidParams(`invalid argument ${at}: ${error.message}`)
    }
  })
  if (params.length > kinds.length)
    throw invalidParams(`too many arguments, want at most ${kinds.length}`)
  // `values` has one value for each of `kinds`, in the same order.
  return values as unknown as Values
}

/** A number as a quantity, such as `"0x1f"`. As with op-node, `""` is zero. */
export const uint64: Param<bigint> = (json) => {
  if (typeof json !== 'string') throw typeError('non-string', 'hexutil.Uint64')
  if (json === '') return 0n
  const flaw = flawOfQuantity(json)
  if (flaw !== undefined) throw typeError(flaw, 'hexutil.Uint64')
  return BigInt(json.toLowerCase())
}

/** A head of L2 by name, as kona-node accepts it, or a number. */
export const blockNumber: Param<bigint | 'unsafe' | 'safe' | 'finalized'> = (json) => {
  if (json === 'latest') return 'unsafe'
  return json === 'safe' || json === 'finalized' ? json : uint64(json)
}

/** A hash of 32 bytes. */
export const hash: Param<Hash> = (json) => {
  const type = 'common.Hash'
  if (typeof json !== 'string') throw typeError('non-string', type)
  if (json !== '' && !/^0x/iu.test(json)) throw typeError('hex string without 0x prefix', type)
  const digits = json.slice(2)
  if (digits.length % 2 !== 0) throw typeError('hex string of odd length', type)
  if (digits.length !== 64)
    throw new ParamError(`hex string has length ${digits.length}, want 64 for ${type}`)
  if (!/^[0-9a-f]*$/iu.test(digits)) throw typeError('invalid hex string', type)
  return `0x${digits.toLowerCase()}` as Hash
}

/** True or false. As with op-node, `null` is false. */
export const boolean: Param<boolean> = (json) => {
  if (json === null) return false
  if (typeof json !== 'boolean') throw typeError(goKind(json), 'bool')
  return json
}

/** A text. As with op-node, `null` is empty. */
export const text: Param<string> = (json) => {
  if (json === null) return ''
  if (typeof json !== 'string') throw typeError(goKind(json), 'string')
  return json
}

/** A peer id, such as `16Uiu2HA…`. */
export const peerId: Param<string> = (json) => {
  const id = text(json)
  try {
    publicKeyOfPeerId(id)
    return id
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new ParamError(`failed to parse peer ID: ${error.message}`)
  }
}

/** An IP address, or an empty text. */
export const ipAddress: Param<string> = (json) => {
  const ip = text(json)
  if (ip !== '' && isIP(ip) === 0) throw new ParamError(`invalid IP address: ${ip.slice(0, 100)}`)
  return ip
}

/** A param that `convert` parses. If `convert` throws a `DecodeError`, its message becomes the text of the error. */
export function converted<Value>(convert: (json: unknown) => Value): Param<Value> {
  return (json) => {
    try {
      return convert(json)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      throw new ParamError(error.message)
    }
  }
}

function flawOfQuantity(quantity: string): string | undefined {
  if (!/^0x/iu.test(quantity)) return 'hex string without 0x prefix'
  const digits = quantity.slice(2)
  if (digits === '') return 'hex string "0x"'
  if (digits.length > 1 && digits.startsWith('0')) return 'hex number with leading zero digits'
  if (digits.length > 16) return 'hex number > 64 bits'
  return /^[0-9a-f]+$/iu.test(digits) ? undefined : 'invalid hex string'
}

function typeError(what: string, type: string): ParamError {
  return new ParamError(`json: cannot unmarshal ${what} into Go value of type ${type}`)
}

/** Go's name for the type of a JSON value in an error. */
function goKind(json: unknown): string {
  if (typeof json === 'boolean') return 'bool'
  if (Array.isArray(json)) return 'array'
  return typeof json
}

function invalidParams(message: string): JsonRpcError {
  return new JsonRpcError(errorCodes.invalidParams, message)
}
