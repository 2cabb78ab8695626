import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Method } from '#json-rpc/json-rpc-dispatch.ts'
import { noSubscriptions } from '#json-rpc/subscriptions.ts'
import { deniedMethods, deniedNamespaces, passOnTo } from './pass-on.ts'

/** An execution client that answers with the call. */
const execution = {
  by: () => execution,
  call: async (method: string, params: readonly unknown[]) => ({ method, params }),
}
const passOn = passOnTo(execution as unknown as Parameters<typeof passOnTo>[0])

test('a method that rpc does not have is passed on with its params', async () => {
  for (const method of ['eth_blockNumber', 'net_version', 'web3_sha3', 'txpool_status']) {
    const handler: Method = passOn(method) ?? assert.fail(method)
    assert.deepEqual(await handler([1, { a: null }], noSubscriptions), {
      method,
      params: [1, { a: null }],
    })
  }
})

test('methods that control the execution client are never passed on', () => {
  for (const namespace of deniedNamespaces) {
    assert.equal(passOn(`${namespace}_x`), undefined)
    assert.equal(passOn(`${namespace}_newPayloadV4`), undefined)
  }
  assert.deepEqual(deniedNamespaces, ['admin', 'debug', 'engine', 'miner', 'personal'])
})

test('methods that use keys of the execution client are never passed on', () => {
  for (const method of deniedMethods) assert.equal(passOn(method), undefined)
  assert.notEqual(passOn('eth_sendRawTransaction'), undefined)
})

test('what is not a method with a namespace is not passed on', () => {
  const names = ['', 'eth', 'eth_', '_x', 'Engine_x', 'ENGINE_x', ' engine_x', 'eth_x ', 'eth_x\n']
  for (const name of [...names, 'eth-x_y', 'engine.x_y', 'eth__x', `eth_${'x'.repeat(65)}`])
    assert.equal(passOn(name), undefined, JSON.stringify(name))
  assert.notEqual(passOn(`eth_${'x'.repeat(64)}`), undefined)
})

test('subscriptions are not passed on, since their notifications would not arrive', () => {
  for (const name of ['eth_subscribe', 'eth_unsubscribe', 'net_subscribe'])
    assert.equal(passOn(name), undefined)
})
