import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Libp2p } from '@libp2p/interface'
import { joined } from '#protocol/codec/joined.ts'
import { prefixed } from './gossip-frames.ts'

const identifyProtocol = '/ipfs/id/1.0.0'

/** libp2p reads this number of messages from a peer. */
const messages = 10

/** Numbers of fields. Source: libp2p, specs/identify */
const [keyField, addressField, protocolField, agentField] = [1, 2, 3, 6]

const field = (number: number, bytes: Uint8Array) =>
  joined([Uint8Array.of((number << 3) | 2), prefixed(bytes)])

/**
 * Makes a host answer identify with as many addresses and protocols as fit, and with an agent that would control a
 * terminal.
 *
 * @param maxBytes size of each message
 */
export async function floodIdentify(host: Libp2p, maxBytes: number): Promise<void> {
  const text = (value: string) => new TextEncoder().encode(value)
  const { publicKey } = host.peerId
  if (publicKey === undefined) throw new Error('a host has a public key')
  const head = joined([
    field(keyField, publicKeyToProtobuf(publicKey)),
    field(agentField, text('\u001B[2Jagent\n')),
  ])
  const bodies = Array.from({ length: messages }, (_, at) => {
    const parts = [head]
    for (let bytes = head.length, count = 0; bytes <= maxBytes - 20; count++) {
      const port = at * 2_000 + count
      // The shortest address: /tcp and a port.
      const address = field(addressField, Uint8Array.of(6, port >> 8, port & 0xff))
      const protocol = field(protocolField, text(`/${port}`))
      const part = count % 8 === 0 ? protocol : address
      parts.push(part)
      bytes += part.length
    }
    return prefixed(joined(parts))
  })
  const flood = joined(bodies)
  await host.unhandle(identifyProtocol)
  await host.handle(identifyProtocol, async (stream) => {
    stream.send(flood)
    await stream.close()
  })
}
