import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { toHex } from '#protocol/codec/hex.ts'
import { payloadHash, signBlock, signingHash } from '#protocol/p2p/payload-signature.ts'
import { systemClock } from '#runtime/clock.ts'
import { signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { authority, type Certificate } from '#test/fakes/certificates.ts'
import { FakeSigner, signerAnswers, type SignerTls } from '#test/fakes/remote-signer.ts'
import type { SigningFailure } from './block-signer.ts'
import { RemoteSigner, type RemoteSignerOptions } from './remote-signer.ts'

/** Hash of op-service's test of the request: its payload is the text `arbitraryData`. */
const hash = payloadHash(new TextEncoder().encode('arbitraryData'))
const signature = signBlock(signingHash(100n, hash), signerKey)
const signed = { outcome: 'signed', signature: new Uint8Array(signature) }
const noFiles = { caFile: undefined, certFile: undefined, keyFile: undefined }

async function remote(
  t: TestContext,
  url: string,
  changes: Partial<RemoteSignerOptions> = {},
): Promise<RemoteSigner> {
  const signer = await RemoteSigner.open({
    url,
    address: signerAddress,
    l2ChainId: 100n,
    headers: {},
    tlsFiles: noFiles,
    timeoutMs: 10_000,
    clock: systemClock,
    ...changes,
  })
  t.after(() => signer.close())
  return signer
}

test('the request has the bytes that op-node sends to op-signer', async (t) => {
  const server = await FakeSigner.start(t)
  const signer = await remote(t, `${server.url}/path?key=1`, { headers: { 'x-key': 'abc' } })
  assert.deepEqual(await signer.sign(hash), signed)
  const zeros = Array.from({ length: 32 }, () => '0').join()
  const [{ body, headers } = assert.fail('no request')] = server.seen
  assert.equal(
    body,
    `{"jsonrpc":"2.0","id":1,"method":"opsigner_signBlockPayload","params":[{"domain":[${zeros}],"chainId":100,"payloadHash":"7qa7ZZHSC1LytldPsgv3J5zQPVgWE9jqHojIK4QAFEs=","senderAddress":"${signerAddress}"}]}`,
  )
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['x-key'], 'abc')
})

test('a signer that has only version 2 of the method is asked for version 2 from then on', async (t) => {
  const server = await FakeSigner.start(t)
  server.answer = signerAnswers['has only version 2']
  const signer = await remote(t, server.url)
  assert.deepEqual([await signer.sign(hash), await signer.sign(hash)], [signed, signed])
  const [, second = assert.fail('no second request'), third] = server.seen
  assert.equal(
    second.body,
    `{"jsonrpc":"2.0","id":2,"method":"opsigner_signBlockPayloadV2","params":[{"domain":"0x${'00'.repeat(32)}","chainId":"100","payloadHash":"${toHex(hash)}","senderAddress":"${signerAddress}"}]}`,
  )
  assert.equal(third?.body, second.body.replace('"id":2', '"id":3'))
  assert.equal(server.seen.length, 3)
})

test('a chain id that JSON numbers cannot hold is sent only in version 2', async (t) => {
  const server = await FakeSigner.start(t)
  const signer = await remote(t, server.url, { l2ChainId: 2n ** 53n + 1n })
  assert.equal((await signer.sign(hash)).outcome, 'signed')
  assert.match(server.seen[0]?.body ?? '', /PayloadV2".*"chainId":"9007199254740993"/)
})

const failures: readonly (readonly [keyof typeof signerAnswers, SigningFailure, RegExp])[] = [
  ['hangs', 'timed-out', /no answer in 200 ms/],
  [
    'has a wrong key',
    'wrong-key',
    /it signs as 0x5050.*, but --signer-address is 0x1a642f0e3c3af545e7acbd38b07251b3990914f1$/,
  ],
  ['refuses the client', 'refused', /403 Forbidden: client 'a' is not authorized \(code -32000\)/],
  ['fails with 500', 'refused', /HTTP status 500: out of order/],
  ['answers with HTML', 'malformed', /not JSON: "<html>/],
  ['answers with a short signature', 'malformed', /its answer is not a signature of 65 bytes/],
  ['answers with v of 27', 'malformed', /its signature is not valid/],
  ['answers with null', 'malformed', /its answer is not a signature/],
  ['answers with an object', 'malformed', /its answer is not a signature/],
]
for (const [behaviour, outcome, reason] of failures)
  test(`if the signer ${behaviour}, the failure has a reason, and the next block is signed when the signer works`, async (t) => {
    const server = await FakeSigner.start(t)
    const signer = await remote(t, server.url, { timeoutMs: 200 })
    server.answer = signerAnswers[behaviour]
    const failed = await signer.sign(hash)
    assert.equal(failed.outcome, outcome)
    assert.match(failed.reason, new RegExp(`^the signer ${server.url} failed: `))
    assert.match(failed.reason, reason)
    server.answer = signerAnswers.signs
    assert.deepEqual(await signer.sign(hash), signed)
  })

test('a signer that is down and comes back signs again', async (t) => {
  const server = await FakeSigner.start(t)
  const signer = await remote(t, server.url)
  assert.deepEqual(await signer.sign(hash), signed)
  server.stop()
  const failed = await signer.sign(hash)
  assert.equal(failed.outcome, 'unreachable')
  await server.listen()
  assert.deepEqual(await signer.sign(hash), signed)
})

test('signatures that hang on all connections do not delay later signatures beyond the timeout', async (t) => {
  const server = await FakeSigner.start(t)
  server.answer = signerAnswers.hangs
  const signer = await remote(t, server.url, { timeoutMs: 300 })
  const hanging = await Promise.all(Array.from({ length: 16 }, () => signer.sign(hash)))
  assert.deepEqual(new Set(hanging.map(({ outcome }) => outcome)), new Set(['timed-out']))
  server.answer = signerAnswers.signs
  assert.deepEqual(await signer.sign(hash), signed)
})

test('the check says why the signer cannot be reached, and accepts any answer of JSON-RPC', async (t) => {
  const server = await FakeSigner.start(t)
  const signer = await remote(t, server.url, { timeoutMs: 200 })
  const checked = async (behaviour: keyof typeof signerAnswers) => {
    server.answer = signerAnswers[behaviour]
    return (await signer.check()) ?? 'ok'
  }
  assert.equal(await checked('signs'), 'ok')
  assert.equal(
    server.checks[0]?.body,
    '{"jsonrpc":"2.0","id":1,"method":"health_status","params":[]}',
  )
  assert.equal(await checked('refuses the client'), 'ok')
  assert.match(await checked('hangs'), /^the signer http:.* failed: .*no answer in 200 ms/)
  assert.match(await checked('fails with 500'), /HTTP status 500/)
  assert.match(await checked('answers with HTML'), /not JSON/)
  server.stop()
  assert.match(await checked('signs'), /ECONNREFUSED|ECONNRESET|other side closed/)
})

/** Files of a client, which a test can replace. */
function clientFiles(t: TestContext, ca: string, client: Certificate) {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-signer-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = {
    caFile: join(folder, 'ca.crt'),
    certFile: join(folder, 'tls.crt'),
    keyFile: join(folder, 'tls.key'),
  }
  const write = ({ cert, key }: Certificate) => {
    writeFileSync(files.certFile, cert)
    writeFileSync(files.keyFile, key)
  }
  writeFileSync(files.caFile, ca)
  write(client)
  return { files, write }
}

test('with mutual TLS, replaced certificates are used without a restart, and broken files change nothing', async (t) => {
  const ca = await authority('authority')
  const [first, second] = [await ca.issue('first'), await ca.issue('second')]
  const tls: SignerTls = { ...(await ca.issue('signer')), ca: ca.cert }
  const server = await FakeSigner.start(t, tls)
  const { files, write } = clientFiles(t, ca.cert, first)
  const problems: (string | undefined)[] = []
  const signer = await remote(t, server.url, {
    tlsFiles: files,
    onTlsProblem: (problem) => problems.push(problem?.message),
  })
  const clientNow = async () => {
    assert.deepEqual(await signer.sign(hash), signed)
    return server.seen.at(-1)?.client
  }
  assert.equal(await clientNow(), 'first')
  write(second)
  assert.equal(await clientNow(), 'second')
  write({ cert: 'no certificate', key: second.key })
  assert.deepEqual([await clientNow(), await clientNow()], ['second', 'second'])
  // The key of another certificate, as in the middle of a rotation.
  write({ cert: first.cert, key: second.key })
  assert.equal(await clientNow(), 'second')
  write(first)
  assert.equal(await clientNow(), 'first')
  assert.equal(problems.length, 3)
  assert.match(problems[0] ?? '', /tls\.crt: it is not a certificate in PEM/)
  assert.match(
    problems[1] ?? '',
    /^bad-key: .*ca\.crt, .*tls\.crt, .*tls\.key: .*key values mismatch/,
  )
  assert.equal(problems[2], undefined)
})

test('a signature that is being made while certificates are replaced still arrives', async (t) => {
  const ca = await authority('authority')
  const [first, second] = [await ca.issue('first'), await ca.issue('second')]
  const server = await FakeSigner.start(t, { ...(await ca.issue('signer')), ca: ca.cert })
  const { files, write } = clientFiles(t, ca.cert, first)
  const signer = await remote(t, server.url, { tlsFiles: files })
  const held = Promise.withResolvers<() => void>()
  server.answer = (...answer) => held.resolve(() => signerAnswers.signs(...answer))
  const slow = signer.sign(hash)
  const release = await held.promise
  server.answer = signerAnswers.signs
  write(second)
  assert.deepEqual(await signer.sign(hash), signed)
  release()
  assert.deepEqual(await slow, signed)
  assert.deepEqual(
    server.seen.map(({ client }) => client),
    ['first', 'second'],
  )
})

test('a signer with a certificate of an unknown authority gets no request, and a signer refuses a client with such a certificate', async (t) => {
  const [ca, other] = [await authority('authority'), await authority('other')]
  const client = await ca.issue('client')
  const server = await FakeSigner.start(t, { ...(await ca.issue('signer')), ca: ca.cert })
  const wrong = clientFiles(t, other.cert, client)
  const signer = await remote(t, server.url, { tlsFiles: wrong.files })
  const failed = await signer.sign(hash)
  assert.equal(failed.outcome, 'unreachable')
  assert.match(failed.reason, /certificate/)
  const stranger = clientFiles(t, ca.cert, await other.issue('stranger'))
  const refused = await remote(t, server.url, { tlsFiles: stranger.files })
  assert.equal((await refused.sign(hash)).outcome, 'unreachable')
  const without = { ...stranger.files, certFile: undefined, keyFile: undefined }
  const anonymous = await remote(t, server.url, { tlsFiles: without })
  assert.equal((await anonymous.sign(hash)).outcome, 'unreachable')
  assert.equal(server.seen.length, 0)
})

test('a missing file, or a key of another certificate, is reported at the start', async (t) => {
  const ca = await authority('authority')
  const { files, write } = clientFiles(t, ca.cert, await ca.issue('client'))
  const missing = { ...files, caFile: `${files.caFile}.none` }
  await assert.rejects(remote(t, 'https://127.0.0.1:1', { tlsFiles: missing }), {
    code: 'bad-key',
    message: /ca\.crt\.none: it is missing/,
  })
  write({ ...(await ca.issue('client')), key: ca.key })
  await assert.rejects(remote(t, 'https://127.0.0.1:1', { tlsFiles: files }), { code: 'bad-key' })
})
