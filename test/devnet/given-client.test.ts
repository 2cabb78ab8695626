import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ClientProcess, startClientProcess } from '#devnet/live/client-process.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { DevnetWorld } from './devnet-world.ts'

test('the last node uses the execution client of the user, which is started when its genesis and its JWT secret are there', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-given-client-'))
  let starting: Promise<ClientProcess> | undefined
  t.after(async () => {
    await (await starting)?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const [enginePort, rpcPort] = [await freeTcpPort(), await freeTcpPort()]
  const givenClient = {
    engineUrl: `http://127.0.0.1:${enginePort}`,
    rpcUrl: `http://127.0.0.1:${rpcPort}`,
  }
  const report = (what: string) => {
    const [, genesis, jwtSecretFile] =
      /the genesis (\S+) and the JWT secret (\S+)$/u.exec(what) ?? []
    if (genesis === undefined || jwtSecretFile === undefined) return
    assert.ok(existsSync(genesis) && existsSync(jwtSecretFile))
    const { signal } = new AbortController()
    const name = 'client of the user'
    const options = { name, genesis, jwtSecretFile, dataDir, enginePort, rpcPort, signal }
    starting = startClientProcess({ ...options, report: () => undefined, onLog: undefined })
  }
  const devnet = await DevnetWorld.start(t, { givenClient, report })
  await starting
  assert.equal(devnet.world.nodes[1]?.executionUrl, givenClient.rpcUrl)
  await devnet.untilSafe(5)
})
