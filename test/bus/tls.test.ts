import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { generate } from 'selfsigned'
import { connectRole } from '#runtime/bus/connect-service.ts'
import { text } from './conformance/raw-client.ts'
import { TestServer } from './servers.ts'

/** A certificate for this machine that only whoever has it trusts. */
async function certificate(folder: string, name: string) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key)
  return { certFile, keyFile }
}

test('with TLS, a client talks to a server that it trusts, and to no other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tls = await certificate(folder, 'server')
  const other = await certificate(folder, 'other')
  const server = await TestServer.start({ tls })
  t.after(() => server.stop())
  assert.match(server.url, /^tls:/)
  const connect = (natsCaFile: string) =>
    connectRole('rpc', {
      natsUrls: [server.url.replace('127.0.0.1', 'localhost')],
      natsSeedFile: undefined,
      natsCaFile,
      name: 'test',
      onFatal: () => undefined,
    })
  const client = await connect(tls.certFile)
  const request = client.request({ subject: 'nobody', data: text('') }, { timeoutMs: 1_000 })
  await assert.rejects(request, { code: 'unavailable', message: /nobody listens/ })
  await client.close()
  await assert.rejects(connect(other.certFile), { code: 'not-trusted' })
})
