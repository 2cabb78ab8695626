import { DecodeError } from '#protocol/codec/decode-error.ts'
import { compressPublicKey } from './network-key.ts'

/** A node, as described by an enode URL. */
export interface Enode {
  /** Compressed. */
  readonly publicKey: Uint8Array
  /** An IP address, or a name. */
  readonly host: string
  /** TCP port of libp2p; 0 if the node does not listen there. */
  readonly tcp: number
  /** UDP port of discovery. */
  readonly udp: number
}

const enodeUrl =
  /^enode:\/\/([0-9a-f]{128})@([0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})(?:\?discport=(\d{1,5}))?$/u

/**
 * Parses `enode://<public key>@<host>:<tcp>?discport=<udp>`. Without `discport`, both ports are the same.
 *
 * @throws DecodeError if the text has another form, or the key is not a point of the curve
 * Source: go-ethereum, enode/urlv4.go
 */
export function parseEnode(text: string): Enode {
  const [, key, host, tcp, udp = tcp] = enodeUrl.exec(text) ?? []
  if (key === undefined || host === undefined) throw new DecodeError('not an enode URL')
  const ports = { tcp: Number(tcp), udp: Number(udp) }
  if (ports.tcp > 0xff_ff || ports.udp > 0xff_ff || ports.udp === 0)
    throw new DecodeError('an enode URL with an invalid port')
  const publicKey = compressPublicKey(
    Uint8Array.from({ length: 64 }, (_, at) => Number.parseInt(key.slice(2 * at, 2 * at + 2), 16)),
  )
  return { publicKey, host: host.replaceAll(/[[\]]/gu, ''), ...ports }
}
