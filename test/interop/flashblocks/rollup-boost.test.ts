import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { FlashblockJudge } from '#devnet/live/flashblock-judge.ts'
import { nodePortsOf } from '#devnet/live/ports.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { fastify } from 'fastify'
import * as z from 'zod'
import type { EngineApiClient } from '#engine-api/engine-api-client.ts'
import type { PayloadId } from '#engine-api/execution-client.ts'
import { openExecutionClient } from '#engine-api/open-client.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { attributesOfBase } from '#protocol/flashblock/base-attributes.ts'
import { systemClock } from '#runtime/clock.ts'
import { DevnetWorld, portBase } from '#test/devnet/devnet-world.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { flagsOf, Program } from '#test/interop/network.ts'
import { HeldStream } from './held-stream.ts'

const rollupBoost = process.env['ATOLL_ROLLUP_BOOST'] ?? 'rollup-boost'
const skip =
  spawnSync(rollupBoost, ['--version']).status === 0
    ? false
    : 'no rollup-boost on PATH or in ATOLL_ROLLUP_BOOST: cargo install --locked --git https://github.com/flashbots/rollup-boost --rev 87589f8 rollup-boost'

/** Number of blocks that rollup-boost puts together. */
const blocks = Number(process.env['ATOLL_INTEROP_BLOCKS'] ?? 10)

test(
  'rollup-boost puts the flashblocks of Atoll together to the block that Atoll seals',
  { skip },
  async (t) => {
    const devnet = await DevnetWorld.start(t, {
      blockSeconds: 2,
      l1BlockSeconds: 2,
      builders: { count: 1, intervalMs: 250, killEveryMs: undefined },
      // rollup-boost has no engine_getPayloadV5.
      forkOffsets: forkOffsetsOf(['karst=1000000']),
    })
    const boost = await startRollupBoost(devnet)
    const assembled = await assemble(devnet, boost)
    const [builder] = devnet.world.clients
    for (const { blockHash, number } of assembled) {
      const sealed = await builder?.call('eth_getBlockByNumber', [toQuantity(number), false])
      assert.equal(blockJson.parse(sealed).hash, blockHash)
    }
    const users = assembled.reduce((sum, { transactions }) => sum + transactions.length - 1, 0)
    assert.ok(users > blocks, `${users} transactions of users`)
    // The other blocks are those of the builder's execution client. The first block can be over before rollup-boost is
    // asked for it.
    const own = boost.program.output.match(/Returning fb payload/gu)?.length ?? 0
    assert.ok(own >= blocks - 1, `${own} of ${blocks} blocks made of flashblocks`)
    const result = await boost.judge.result([])
    t.diagnostic(JSON.stringify(result))
    assert.deepEqual([result.broken, result.repeated, result.missing], [0, 0, 0])
    // The judge does not get the first block as a whole, and waits for the end of the last one.
    assert.ok(result.kept >= blocks - 2, `${result.kept} blocks`)
  },
)

const blockJson = z.object({ hash: z.string() })

/**
 * rollup-boost between the test, the execution client of the second node, and the builder, which is the first node. The
 * builder answers with the payload id of its stream, because it gets the attributes that the node begins a block with.
 */
interface Boost {
  readonly program: Program
  /** Its Engine API. */
  readonly client: EngineApiClient
  /** The stream of the builder, as it gets it. */
  readonly stream: HeldStream
  /** Follows the stream that it publishes. */
  readonly judge: FlashblockJudge
}

async function startRollupBoost(devnet: DevnetWorld): Promise<Boost> {
  const { clients, folder, rollup, streams } = devnet.world
  const stream = await HeldStream.start(streams[0] ?? assert.fail('no public stream'))
  devnet.beforeEnd(() => stream.close())
  const engineUrlOf = (node: number) => `http://127.0.0.1:${nodePortsOf(portBase, node).engine}`
  const jwtOf = (node: number) => join(folder, `node-${node}`, 'jwt.hex')
  const [port, outPort, debugPort] = [await freeTcpPort(), await freeTcpPort(), await freeTcpPort()]
  const flags = {
    'builder-url': await startBuilderApi(devnet, engineUrlOf(1)),
    'builder-jwt-path': jwtOf(1),
    'l2-url': engineUrlOf(2),
    'l2-jwt-path': jwtOf(2),
    'rpc-host': '127.0.0.1',
    'rpc-port': String(port),
    'debug-server-port': String(debugPort),
    'flashblocks-builder-url': stream.url,
    'flashblocks-port': String(outPort),
  }
  const program = new Program(rollupBoost, [...flagsOf(flags), '--flashblocks'])
  devnet.beforeEnd(() => program.stop())
  const opened = await openExecutionClient({
    engineUrl: `http://127.0.0.1:${port}`,
    jwtSecretFile: jwtOf(2),
    engineTimeoutMs: 5_000,
    config: rollup.config,
    clock: systemClock,
  })
  devnet.beforeEnd(() => opened.close())
  await devnet.until('rollup-boost follows the stream', () => stream.clients > 0)
  const ownStream = `ws://127.0.0.1:${outPort}`
  const judge = new FlashblockJudge({ clients, streams: [ownStream] }, systemClock)
  devnet.beforeEnd(() => judge.result([]))
  return { program, client: opened.executionClient, stream, judge }
}

/**
 * The Engine API of the builder: that of its execution client, but a block begins with the deposits only, as on a node
 * with flashblocks.
 *
 * @returns its URL
 */
async function startBuilderApi(devnet: DevnetWorld, engineUrl: string): Promise<string> {
  const app = fastify()
  app.post('/', async ({ body, headers }, reply) => {
    const { method, params, ...rest } = engineRequest.parse(body)
    const [state, attributes] = params
    const isBuild = method.startsWith('engine_forkchoiceUpdated') && attributes
    const sent = isBuild ? [state, { ...attributes, noTxPool: true }] : params
    const response = await fetch(engineUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: headers.authorization ?? '' },
      body: JSON.stringify({ ...rest, method, params: sent }),
    })
    return reply
      .code(response.status)
      .type('application/json')
      .send(await response.text())
  })
  devnet.beforeEnd(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

const engineRequest = z.looseObject({
  method: z.string(),
  params: z.array(z.unknown()).transform((params) => params as [unknown, object | null]),
})

/**
 * Acts as the consensus client of rollup-boost: asks for each block before its flashblocks arrive, and fetches it when the
 * next one begins.
 */
async function assemble(devnet: DevnetWorld, { client, stream }: Boost): Promise<Payload[]> {
  const { clients, rollup } = devnet.world
  const assembled: Payload[] = []
  let asked: { readonly payloadId: PayloadId; readonly timestamp: bigint } | undefined
  while (assembled.length < blocks) {
    const { base, diff } = await stream.firstOfBlock()
    assert.ok(base)
    if (asked !== undefined) {
      const payload = await client.getPayload(asked.payloadId, asked.timestamp)
      assembled.push(payload ?? assert.fail(`no payload ${asked.payloadId}`))
    }
    const attributes = attributesOfBase(rollup.config, base, diff.transactions)
    assert.ok(attributes)
    const { parentHash: head, timestamp } = base
    await devnet.until('the second node has the parent', async () => {
      return (await clients[1]?.call('eth_getBlockByHash', [head, false])) !== null
    })
    const heads = { head, safe: undefined, finalized: undefined }
    const started = await client.build(heads, { ...attributes, noTxPool: false })
    assert.ok(started.kind === 'started', started.kind)
    stream.release()
    asked = { payloadId: started.payloadId, timestamp }
  }
  return assembled
}
