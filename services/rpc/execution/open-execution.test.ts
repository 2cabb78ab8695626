import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { startExecutionClient } from '#execution-client/execution-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { smallGenesis } from '#test/fakes/execution-chain.ts'
import { errorOf, resultOf, RpcWorld } from '#test/fakes/rpc-world.ts'
import { openSocket } from '#test/fakes/web-socket-client.ts'
import { openExecution } from './open-execution.ts'

test('without a URL there is no execution client, and rpc has no methods of it', async (t) => {
  assert.equal(openExecution({ executionRpcPassOn: true }, systemClock), undefined)
  const { world, replica } = await RpcWorld.started(t)
  for (const method of ['eth_chainId', 'eth_getBalance', 'op_supportedCapabilities'])
    assert.match(errorOf(await world.ask(replica.servers.url, method)) ?? '', /^-32601/u)
})

for (const protocol of ['http', 'ws'])
  test(`with an execution client by ${protocol}, the servers answer for it by HTTP and WebSocket`, async (t) => {
    const client = await startExecutionClient({
      genesis: smallGenesis,
      databaseFile: ':memory:',
      archive: false,
      engine: { host: '127.0.0.1', port: 0, jwtSecret: new Uint8Array(32) },
      rpc: { host: '127.0.0.1', port: 0, cors: undefined },
      clock: systemClock,
      log: pino({ level: 'silent' }),
    })
    t.after(() => client.close())
    const executionRpcUrl = client.rpcUrl.replace('http', protocol)
    const execution = openExecution({ executionRpcUrl, executionRpcPassOn: true }, systemClock)
    assert.ok(execution)
    t.after(() => execution.close())
    const { world, replica } = await RpcWorld.started(t, { ports: { execution } })
    const { url } = replica.servers
    assert.equal(resultOf(await world.ask(url, 'eth_chainId')), '0x385')
    assert.equal(resultOf(await world.askAdmin(replica, 'eth_chainId')), '0x385')
    const params = [`0x${'11'.repeat(20)}`, 'pending']
    assert.equal(resultOf(await world.ask(url, 'eth_getBalance', params)), '0x0')
    // At this port, the execution client has the first two of these methods.
    for (const method of ['debug_setHead', 'miner_setMaxDASize', 'engine_getPayloadV4'])
      assert.match(errorOf(await world.ask(url, method, ['0x0', '0x0'])) ?? '', /^-32601/u)
    const socket = await world.settle(openSocket(t, url.replace('http', 'ws')))
    const id = (await world.settle(socket.ask('eth_subscribe', ['newFlashblocks']))).result
    assert.match(String(id), /^0x/u)
    assert.equal((await world.settle(socket.ask('eth_unsubscribe', [id]))).result, true)
    assert.equal((await world.settle(socket.ask('eth_blockNumber'))).result, '0x0')
    const metrics = await replica.registry.metrics()
    assert.match(metrics, /atoll_rpc_call_seconds_count\{method="passed-on"\} 3$/mu)
  })
