import assert from 'node:assert/strict'
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { type BuilderIdentity, builderIdentity } from '#libp2p/builder-identity.ts'
import { joined } from '#protocol/codec/joined.ts'

const made = new Map<string, BuilderIdentity>()

/** The identity of a builder of a test; the same name has the same key. */
export function testIdentity(name: string): BuilderIdentity {
  const known = made.get(name) ?? builderIdentity(keyOf(name))
  made.set(name, known)
  return known
}

/** The identity of a test that has this peer id. */
export function identityOfPeer(peerId: string): BuilderIdentity {
  const found = [...made.values()].find((identity) => identity.peerId === peerId)
  return found ?? assert.fail(`no test has builder ${peerId}`)
}

/** PKCS 8 form of an ed25519 key, up to its secret. Source: RFC 8410, section 7 */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The secret, then the public key: 64 bytes. */
function keyOf(name: string): Uint8Array {
  const secret = createHash('sha256').update(name).digest()
  const key = joined([pkcs8Prefix, secret])
  const privateKey = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return joined([secret, Buffer.from(x ?? '', 'base64url')])
}
