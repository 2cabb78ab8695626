import { DecodeError } from '#protocol/codec/decode-error.ts'
import { decodeRecord, encodeRecord, maxRecordBytes, type NodeRecord } from './enr.ts'

const head = 'enr:'

/** Length of the text of the largest record. */
const maxTextLength = head.length + Math.ceil((maxRecordBytes * 4) / 3)

/** A record as text: `enr:` and base64url without padding. Spec: EIP-778, text encoding */
export function recordToText(record: NodeRecord): string {
  const base64 = btoa(String.fromCharCode(...encodeRecord(record)))
  return head + base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '')
}

/**
 * Parses the text of a record and checks its signature.
 *
 * @throws DecodeError if the text or the record is malformed, or the signature is wrong
 */
export function parseRecord(text: string): NodeRecord {
  if (!text.startsWith(head)) throw new DecodeError(`a node record does not begin with ${head}`)
  if (text.length > maxTextLength)
    throw new DecodeError(`a node record of ${text.length} letters, at most ${maxTextLength}`)
  const base64 = text.slice(head.length)
  // A single letter at the end would have less than a byte.
  if (!/^[A-Za-z0-9_-]*$/u.test(base64) || base64.length % 4 === 1)
    throw new DecodeError('a node record is not in base64url without padding')
  const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'))
  const record = decodeRecord(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)))
  if (recordToText(record) !== text) throw new DecodeError('a node record has spare bits set')
  return record
}
