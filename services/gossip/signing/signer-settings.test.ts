import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { signerAddress } from '#test/fakes/block-messages.ts'
import { authority } from '#test/fakes/certificates.ts'
import { FakeSigner } from '#test/fakes/remote-signer.ts'
import { openSigner } from './open-signer.ts'
import { remoteSettings, signerSettings } from './signer-settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-signer-settings-'))
test.after(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const { cert, key } = await authority('authority')
const [certFile, keyFile] = [file('tls.crt', cert), file('tls.key', key)]
const headersFile = file('headers', 'Authorization: Bearer abc\nX-Team: sequencer\n')
const sequencerKey = file('sequencer.hex', '01'.repeat(32))

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const parts = { clock: systemClock, l2ChainId: 10n, log: silent }
const remote = { signerUrl: 'https://signer', signerAddress }

test('a node signs with a key file, with a remote signer, or not at all', async () => {
  const open = (given: Readonly<Record<string, string>>) =>
    openSigner(signerSettings.parse(given), parts)
  assert.equal(await open({}), undefined)
  const local = await open({ p2pSequencerKeyFile: sequencerKey })
  assert.deepEqual(local?.account, {
    address: signerAddress,
    name: 'the key of --p2p-sequencer-key-file',
  })
  // An address may have capitals, as in its form with a checksum.
  const address = signerAddress.toUpperCase().replace('0X', '0x')
  const opened = await open({ ...remote, signerAddress: address })
  assert.deepEqual(opened?.account, { address: signerAddress, name: '--signer-address' })
})

test('the headers of the settings are sent', async (t) => {
  const server = await FakeSigner.start(t)
  const settings = signerSettings.parse({
    signerUrl: server.url,
    signerAddress,
    signerHeader: 'X-One: 1',
    signerHeadersFile: headersFile,
  })
  const signer = await openSigner(settings, parts)
  t.after(() => signer?.close())
  assert.equal((await signer?.sign(new Uint8Array(32).fill(1)))?.outcome, 'signed')
  const { headers } = server.seen[0] ?? {}
  assert.deepEqual(
    [headers?.['x-one'], headers?.['x-team'], headers?.authorization],
    ['1', 'sequencer', 'Bearer abc'],
  )
})

const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [
    { ...remote, p2pSequencerKeyFile: sequencerKey },
    /^settings: --p2p-sequencer-key-file and --signer-url are both given/,
  ],
  [{ signerUrl: 'https://signer' }, /^settings: --signer-url needs --signer-address/],
  [{ signerAddress }, /^settings: --signer-address needs --signer-url/],
  [{ signerHeader: 'X-One: 1' }, /^settings: --signer-header needs --signer-url/],
  [{ signerHeadersFile: headersFile }, /^settings: --signer-headers-file needs --signer-url/],
  [{ signerTlsCaFile: certFile }, /^settings: --signer-tls-ca-file needs --signer-url/],
  [{ signerTlsCertFile: certFile }, /^settings: --signer-tls-cert-file needs --signer-url/],
  [{ signerTlsKeyFile: keyFile }, /^settings: --signer-tls-key-file needs --signer-url/],
  [{ ...remote, signerTlsCertFile: certFile }, /must be given together/],
  [{ ...remote, signerTlsKeyFile: keyFile }, /must be given together/],
  [
    { ...remote, signerUrl: 'http://signer', signerTlsCaFile: certFile },
    /^settings: --signer-url is not an https URL/,
  ],
  [
    {
      ...remote,
      signerUrl: 'http://signer',
      signerTlsCertFile: certFile,
      signerTlsKeyFile: keyFile,
    },
    /^settings: --signer-url is not an https URL/,
  ],
]
for (const [given, message] of wrong)
  test(`settings that contradict each other are refused: ${Object.keys(given).join(', ')}`, () => {
    assert.throws(() => remoteSettings(signerSettings.parse(given)), { code: 'settings', message })
  })

const unusable: readonly Readonly<Record<string, string>>[] = [
  { signerUrl: 'ws://signer' },
  { signerAddress: '0x12' },
  { signerAddress: signerAddress.slice(2) },
  { signerHeader: 'no header' },
  { signerHeadersFile: keyFile },
  { signerTlsCaFile: keyFile },
  { signerTlsCertFile: join(folder, 'none') },
  { signerTlsKeyFile: certFile },
  { signerTimeoutMs: '0' },
  { signerTimeoutMs: '1s' },
]
for (const given of unusable)
  test(`a value of the wrong kind is refused: ${Object.entries(given).join()}`, () => {
    assert.ok(!signerSettings.safeParse(given).success)
  })
