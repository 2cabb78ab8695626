import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogLevelChange } from '#messages/log-level-change.ts'
import type { PostPayloadRequest } from '#messages/post-payload.ts'
import type { ResetRequest } from '#messages/reset.ts'
import { logLevel, postPayload, reset } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { payloadToJson } from '#json-rpc/forms/payload-json.ts'
import { samplePayload } from '#test/fakes/block-messages.ts'
import { adminToken, errorOf, type Replica, resultOf, RpcWorld } from '#test/fakes/rpc-world.ts'
import { hash } from '#test/fakes/values.ts'

/** Returns a function that calls a method of the server with admin methods. */
function asking(world: RpcWorld, replica: Replica) {
  return (method: string, params: unknown = []) => world.askAdmin(replica, method, params)
}

test('admin methods need the token, and exist only at their own port', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const { url, adminUrl = '' } = replica.servers
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'admin_sequencerActive' })
  const basic = (password: string) => `Basic ${Buffer.from(`atoll:${password}`).toString('base64')}`
  const outcomes = new Map<string, string>()
  for (const [who, authorization] of [
    ['token', `Bearer ${adminToken}`],
    ['password', basic(adminToken)],
    ['wrong token', `Bearer ${adminToken.slice(1)}0`],
    ['wrong password', basic('')],
    ['nothing', ''],
    ['other scheme', `Digest ${adminToken}`],
  ] as const) {
    const { status, text } = await world.post(adminUrl, body, { authorization })
    outcomes.set(who, `${status} ${text}`)
  }
  const answer = '200 {"jsonrpc":"2.0","id":1,"result":false}'
  assert.deepEqual(Object.fromEntries(outcomes), {
    token: answer,
    password: answer,
    'wrong token': '401 wrong token',
    'wrong password': '401 wrong token',
    nothing: '401 missing token',
    'other scheme': '401 missing token',
  })
  assert.match(
    (await world.post(url, body, { authorization: `Bearer ${adminToken}` })).text,
    /-32601/,
  )
  // The port also has all other methods, for clients that accept a single URL.
  const ask = asking(world, replica)
  assert.equal(await ask('optimism_syncStatus'), await world.ask(url, 'optimism_syncStatus'))
})

test('without a token file there is no server with admin methods', async (t) => {
  const { replica } = await RpcWorld.started(t, { server: { admin: undefined } })
  assert.equal(replica.servers.adminUrl, undefined)
})

test('the log level is set in all replicas of rpc and in all other services', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const other = await world.replica(t)
  const ask = asking(world, replica)
  const seen: LogLevelChange[] = []
  world.engine.bus.listen(logLevel, (change) => seen.push(change))
  assert.equal(resultOf(await ask('admin_setLogLevel', ['DEBUG'])), null)
  assert.equal(resultOf(await ask('admin_setLogLevel', ['crit'])), null)
  await world.pass(10)
  assert.deepEqual(seen, [{ level: 'debug' }, { level: 'error' }])
  assert.equal(replica.log.level, 'error')
  assert.equal(other.log.level, 'error')
  assert.equal(errorOf(await ask('admin_setLogLevel', ['Loud'])), '-32000 unknown level: loud')
})

test('a reset of derivation names the generation that clients see', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const ask = asking(world, replica)
  const resets: ResetRequest[] = []
  world.engine.bus.serve(reset, async (request) => {
    resets.push(request)
    return { generation: 2n }
  })
  assert.match(
    String(errorOf(await ask('admin_resetDerivationPipeline'))),
    /has not found its start/,
  )
  await world.writeChain({})
  assert.equal(resultOf(await ask('admin_resetDerivationPipeline')), null)
  assert.deepEqual(resets, [{ generation: 1n, reason: 'operator', safe: undefined }])
})

test('an unsafe block is passed to the engine if its hash is right', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const ask = asking(world, replica)
  const posted: PostPayloadRequest[] = []
  world.engine.bus.serve(postPayload, async (request) => {
    posted.push(request)
    return {}
  })
  const post = ({ parentBeaconBlockRoot, ...payload }: Payload) =>
    ask('admin_postUnsafePayload', [
      {
        parentBeaconBlockRoot,
        executionPayload: payloadToJson({ ...payload, parentBeaconBlockRoot }),
      },
    ])
  assert.equal(resultOf(await post(samplePayload)), null)
  assert.deepEqual(posted, [{ payload: samplePayload }])
  assert.equal(
    errorOf(await post({ ...samplePayload, blockHash: hash(1) })),
    `-32000 payload has bad block hash: ${hash(1)}, actual block hash is: ${samplePayload.blockHash}`,
  )
  // The beacon root is part of the hash.
  assert.match(
    String(errorOf(await post({ ...samplePayload, parentBeaconBlockRoot: hash(2) }))),
    /bad block hash/,
  )
  assert.match(
    String(errorOf(await ask('admin_postUnsafePayload', [{}]))),
    /^-32602 invalid argument 0: executionPayload/,
  )
  assert.equal(
    errorOf(await ask('admin_postUnsafePayload')),
    '-32602 missing value for required argument 0',
  )
  assert.equal(posted.length, 1)
})
