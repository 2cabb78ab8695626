import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { payloadHash, signerOf } from '#protocol/p2p/payload-signature.ts'
import { systemClock } from '#runtime/clock.ts'
import { RemoteSigner, type RemoteSignerOptions } from '#services/gossip/signing/remote-signer.ts'
import { signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { authority, type Authority, type Certificate } from '#test/fakes/certificates.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { GossipWorld, join as joinPeers } from '#test/fakes/gossip-world.ts'
import { flagsOf, Program } from './network.ts'
import { until } from './until.ts'

const program = process.env['ATOLL_OP_SIGNER'] ?? 'op-signer'

/** Why no op-signer can run on this machine; undefined if op-signer can run. */
function whyNoSigner(): string | undefined {
  const { error } = spawnSync(program, ['--version'])
  if (error === undefined) return undefined
  return `there is no op-signer: docs/CONTRIBUTING.md says how it is built; ATOLL_OP_SIGNER is its path if it is not on PATH`
}

/** A second key, for a chain whose id is too large for the first version of the method. */
const largeKey = new Uint8Array(32).fill(3)
const largeId = 2n ** 60n

/** The key in the form of op-signer's local provider. */
function keyPem(key: Uint8Array): string {
  const point = secp256k1.getPublicKey(key, false)
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const jwk = { kty: 'EC', crv: 'secp256k1', d: text(key) }
  const [x, y] = [text(point.subarray(1, 33)), text(point.subarray(33))]
  const privateKey = createPrivateKey({ format: 'jwk', key: { ...jwk, x, y } })
  return String(privateKey.export({ type: 'sec1', format: 'pem' }))
}

/** An op-signer with two keys for the client `sequencer`. */
async function startSigner(t: TestContext, ca: Authority) {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-op-signer-'))
  const file = (name: string, content: string) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const account = (name: string, key: Uint8Array, chainId: bigint) =>
    `  - name: sequencer\n    key: ${file(name, keyPem(key))}\n    chainID: ${chainId}\n    fromAddress: "${signerOf(key)}"\n`
  const accounts = account('10.pem', signerKey, 10n) + account('large.pem', largeKey, largeId)
  const { cert, key } = await ca.issue('signer')
  const port = await freeTcpPort()
  const child = new Program(
    program,
    flagsOf({
      config: file('config.yaml', `provider: LOCAL\nauth:\n${accounts}`),
      'rpc.addr': '127.0.0.1',
      'rpc.port': String(port),
      'tls.ca': file('ca.crt', ca.cert),
      'tls.cert': file('server.crt', cert),
      'tls.key': file('server.key', key),
    }),
  )
  t.after(async () => {
    await child.stop()
    rmSync(folder, { recursive: true })
  })
  let clients = 0
  const open = async (client: Certificate | undefined, changes: Partial<RemoteSignerOptions>) => {
    const at = ++clients
    const signer = await RemoteSigner.open({
      url: `https://127.0.0.1:${port}`,
      address: signerAddress,
      l2ChainId: 10n,
      headers: {},
      tlsFiles: {
        caFile: join(folder, 'ca.crt'),
        certFile: client && file(`client-${at}.crt`, client.cert),
        keyFile: client && file(`client-${at}.key`, client.key),
      },
      timeoutMs: 5_000,
      clock: systemClock,
      ...changes,
    })
    t.after(() => signer.close())
    return signer
  }
  return { open, child }
}

const skip = whyNoSigner()
test(
  'op-signer signs the blocks of a node, with both versions of its method, for its clients only',
  { skip },
  async (t) => {
    const [ca, other] = [await authority('authority'), await authority('other')]
    const { open, child } = await startSigner(t, ca)
    const sequencer = await ca.issue('sequencer')
    const hash = payloadHash(Uint8Array.of(1))
    const first = await open(sequencer, {})
    const options = { withinMs: 30_000, explain: () => child.output }
    await until(
      'op-signer',
      options,
      async () => (await first.sign(hash)).outcome !== 'unreachable',
    )
    assert.equal(await first.check(), undefined)
    const outcome = async (client: Certificate | undefined, changes = {}) => {
      const signed = await (await open(client, changes)).sign(hash)
      return signed.outcome === 'signed' ? 'signed' : `${signed.outcome}: ${signed.reason}`
    }
    assert.equal(await outcome(sequencer), 'signed')
    const large = { address: signerOf(largeKey), l2ChainId: largeId }
    assert.equal(await outcome(sequencer, large), 'signed')
    assert.match(await outcome(sequencer, { l2ChainId: 11n }), /^refused: .*unexpected chainId/)
    assert.match(
      await outcome(sequencer, { address: signerOf(new Uint8Array(32).fill(9)) }),
      /^refused: .*not authorized/,
    )
    assert.match(await outcome(await ca.issue('stranger')), /^refused: .*not authorized/)
    assert.match(await outcome(undefined), /^refused: .*client certificate was not provided/)
    assert.match(await outcome(await other.issue('sequencer')), /^unreachable: /)

    const world = await GossipWorld.start(t, { ports: { blockSigner: first } })
    const peer = await GossipWorld.start(t)
    await joinPeers(world, peer.network)
    await world.publish(world.block(1n), 120_000)
    await peer.until(() => peer.received.length === 1)
    assert.deepEqual(await peer.outcomes(), { accepted: 1 })
  },
)
