import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectRole } from '#bus/connect-service.ts'
import { certificate } from './certificate.ts'
import { text } from './conformance/raw-client.ts'
import { TestServer } from './servers.ts'

test('with TLS, a client connects only to a server whose certificate it trusts', async (t) => {
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
  const request = client.request({ subject: 'nothing', data: text('') }, { timeoutMs: 1_000 })
  await assert.rejects(request, { code: 'unavailable', message: /there is no subscriber/ })
  await client.close()
  const plain = await TestServer.start()
  t.after(() => plain.stop())
  const url = plain.url.replace('nats:', 'tls:').replace('127.0.0.1', 'localhost')
  const ended = new AbortController()
  const reasons: string[] = []
  const options = { natsUrls: [url], natsSeedFile: undefined, natsCaFile: undefined, name: 'x' }
  const refused = connectRole('rpc', {
    ...options,
    signal: ended.signal,
    onFatal: assert.fail,
    onWait: ({ message }) => {
      reasons.push(message)
      ended.abort()
    },
  })
  await assert.rejects(refused, { severity: 'critical' })
  t.diagnostic(`a server without TLS: ${reasons.join()}`)
  await assert.rejects(connect(other.certFile), { code: 'not-trusted' })
})
