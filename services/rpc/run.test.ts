import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { BlockId, L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'
import { forksUpTo } from '#test/fakes/test-rollup.ts'
import { blockOf, errorOf, resultOf, RpcWorld } from '#test/fakes/rpc-world.ts'
import { samplePayload } from '#test/fakes/block-messages.ts'
import { blockId, headsAt } from '#test/fakes/values.ts'

const file = new URL('../../test/vectors/rpc/answers.json', import.meta.url)
const { answers } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly answers: Readonly<Record<string, string>>
}

/** A hash as in the recorded answers of op-node: one byte, 32 times. */
const filled = (byte: string) => `0x${byte.repeat(32)}` as Hash

function l1(
  [byte, parent]: readonly [hash: string, parent: string],
  number: number,
  timestamp: number,
): L1BlockRef {
  return {
    hash: filled(byte),
    number: BigInt(number),
    parentHash: filled(parent),
    timestamp: BigInt(timestamp),
  }
}

function l2(
  ref: L1BlockRef,
  [origin, number]: readonly [byte: string, number: number],
  sequenceNumber: number,
): L2BlockRef {
  const l1Origin = { hash: filled(origin), number: BigInt(number) }
  return { ...ref, l1Origin, sequenceNumber: BigInt(sequenceNumber) }
}

const unsafe = l2(l1(['a1', 'a0'], 144_500_615, 1_764_700_007), ['44', 23_499_995], 3)
const safe = l2(l1(['b1', 'b0'], 144_500_000, 1_764_698_777), ['55', 23_499_890], 0)
const finalized = l2(l1(['c1', 'c0'], 144_499_600, 1_764_697_977), ['66', 23_499_820], 2)
const sampleBlock = l2(l1(['33', '32'], 144_500_352, 1_764_699_481), ['44', 23_499_950], 1)
const head = l1(['11', '10'], 23_500_000, 1_764_700_007)

/** Writes states with the same heads as op-node had when its answers were recorded. */
async function atSample(world: RpcWorld): Promise<void> {
  await world.writeL1({
    head,
    safe: l1(['33', '30'], 23_499_965, 1_764_699_587),
    finalized: l1(['22', '20'], 23_499_930, 1_764_699_167),
  })
  await world.writeChain({ unsafe, safe, finalized, localSafe: safe, pendingSafe: safe })
  const { generation, version } = world.chain
  await world.writeTargets({ finalized: undefined, currentL1: head, generation, version })
  const header = {
    ...samplePayload,
    stateRoot: filled('11'),
    withdrawalsRoot: filled('22'),
    timestamp: sampleBlock.timestamp,
  }
  world.blocks.set(sampleBlock.hash, { ref: sampleBlock, header })
  world.canonical.set(sampleBlock.number, sampleBlock.hash)
}

test("the sync status is op-node's, byte for byte", async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  await atSample(world)
  const { url } = replica.servers
  assert.equal(await world.ask(url, 'optimism_syncStatus'), answers['syncStatus'])
  // As with op-node, params may be missing or null.
  for (const params of [null, undefined])
    assert.equal(await world.ask(url, 'optimism_syncStatus', params), answers['syncStatus'])
})

test('before the first states arrive, all heads are zero, and rpc waits for the engine', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const status = resultOf(await world.ask(replica.servers.url, 'optimism_syncStatus'))
  const values = JSON.stringify(status).replaceAll(/0x0{64}|"[a-z_0-9]+"|[{}:,"]/giu, '')
  assert.match(values, /^0+$/)
  assert.match(replica.status.reasonsNotReady().join(), /the heads of the engine/)
  await world.writeChain({})
  await world.writeL1(headsAt(7))
  await world.writeTargets({
    finalized: undefined,
    currentL1: undefined,
    generation: 0n,
    version: 0n,
  })
  assert.ok(!replica.status.reasonsNotReady().join().includes('waits'))
})

test("the output at a block is op-node's, byte for byte, and a missing block is an error", async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  await atSample(world)
  const { url } = replica.servers
  assert.equal(
    await world.ask(url, 'optimism_outputAtBlock', ['0x89ce680']),
    answers['outputAtBlock'],
  )
  assert.equal(
    errorOf(await world.ask(url, 'optimism_outputAtBlock', ['0x1'])),
    '-32000 failed to get L2 block ref with sync status: failed to determine L2BlockRef of height 1, could not get payload: not found',
  )
})

test('heads are accepted by name, as with kona-node', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  world.extend(0, 9)
  const [safeBlock, unsafeBlock] = [blockOf(5), blockOf(9)]
  await world.writeChain({ unsafe: unsafeBlock, safe: safeBlock, finalized: blockOf(3) })
  const numbers = await Promise.all(
    ['latest', 'safe', 'finalized'].map(async (name) => {
      const text = await world.ask(replica.servers.url, 'optimism_outputAtBlock', [name])
      return (resultOf(text) as { blockRef: { number: number } }).blockRef.number
    }),
  )
  assert.deepEqual(numbers, [9, 5, 3])
})

test('the answer with an output also has a sync status, and the block of the output is on the chain that this sync status shows', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  world.extend(0, 9)
  await world.writeChain({ unsafe: blockOf(9), localSafe: blockOf(5) })
  let reads = 0
  world.onAsked = async () => {
    reads++
    if (reads > 1) return
    // The unsafe chain is replaced while the engine answers.
    world.extend(8, 9, 1)
    world.chain = { ...world.chain, version: world.chain.version + 1n, unsafe: blockOf(9, 1) }
    await world.engine.bus
      .own((await import('#messages/subjects.ts')).engineChain)
      .write(world.chain)
    await new Promise<void>((resolve) => world.bus.clock.after(20, resolve))
  }
  const text = await world.ask(replica.servers.url, 'optimism_outputAtBlock', ['0x8'])
  const { blockRef, syncStatus } = resultOf(text) as {
    blockRef: BlockId
    syncStatus: { unsafe_l2: BlockId & { parentHash: string } }
  }
  assert.equal(reads, 2)
  assert.equal(blockRef.hash, blockOf(8, 1).hash)
  assert.equal(syncStatus.unsafe_l2.hash, blockOf(9, 1).hash)
})

test('if a block is before Isthmus, its withdrawals root needs a valid proof', async (t) => {
  const world = await RpcWorld.make()
  const config = { ...world.config, hardforkTimes: forksUpTo('holocene') }
  const replica = await world.replica(t, { ports: { config } })
  world.extend(0, 9)
  await world.writeChain({ unsafe: blockOf(9) })
  // The engine of this test has no proof.
  const text = await world.ask(replica.servers.url, 'optimism_outputAtBlock', ['0x5'])
  assert.equal(
    errorOf(text),
    `-32000 failed to get L2 output at block ${blockOf(5).hash}:5: failed to get contract proof at block ${blockOf(5).hash}: not found`,
  )
})

test("the safe head at an L1 block is op-node's, byte for byte; for an L1 block below the safe-head history it is not found", async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const { url } = replica.servers
  const l1Block = '0x7de331305c2bb3e5642a2adcb9c003cc67cefc7b05a3da5a6a4b12cf3af15407' as Hash
  const safeHead = '0xa5e5ec1ade7d6fef209f73861bf0080950cde74c4b0c07823983eb5225e282a8' as Hash
  world.safeHead = ({ number }) =>
    number < 6_834_391n
      ? { kind: 'too-old' }
      : {
          kind: 'found',
          entry: {
            l1: { hash: l1Block, number: 6_834_391n },
            safe: { hash: safeHead, number: 18_266_679n },
            generation: 1n,
          },
        }
  const at = (number: string) => world.ask(url, 'optimism_safeHeadAtL1Block', [number])
  assert.equal(await at('0x6848db'), answers['safeHeadAtL1Block'])
  assert.equal(await at('0x1'), answers['notFound'])
})

test('the super root at a timestamp is that of op-node, byte for byte', async (t) => {
  const world = await RpcWorld.make()
  const genesis = {
    ...world.config.genesis,
    l2: { hash: filled('9e'), number: 105_235_063n },
    l2Timestamp: 1_686_068_903n,
  }
  // The number of the sample block, computed from its timestamp.
  const number = 105_235_063n + (0x692f2d59n - genesis.l2Timestamp) / 2n
  const replica = await world.replica(t, { ports: { config: { ...world.config, genesis } } })
  await atSample(world)
  const ref = { ...sampleBlock, number }
  world.blocks.set(ref.hash, { ...(world.blocks.get(ref.hash) ?? assert.fail()), ref })
  world.canonical.set(number, ref.hash)
  const currentL1 = { ...head, hash: filled('44') }
  const { generation } = world.chain
  await world.writeChain({ localSafe: { ...safe, number, timestamp: safe.timestamp } })
  const { version } = world.chain
  await world.writeTargets({ finalized: undefined, currentL1, generation, version })
  world.safeHead = ({ kind }) =>
    kind === 'l2-number'
      ? {
          kind: 'found',
          entry: { l1: { hash: filled('55'), number: 23_499_990n }, safe: blockId(1), generation },
        }
      : { kind: 'not-yet' }
  const { url } = replica.servers
  const at = (timestamp: string) => world.ask(url, 'superroot_atTimestamp', [timestamp])
  assert.equal(await at('0x692f2d59'), answers['superRootAtTimestamp'])
  // For a block above the local safe head, the answer has no data.
  const later = resultOf(await at('0x692f2d69')) as Record<string, unknown>
  assert.deepEqual([later['data'], later['optimistic_at_timestamp']], [undefined, {}])
  assert.equal(
    errorOf(await at('0x1')),
    '-32000 target block number for timestamp 1: did not reach genesis time (1686068903) yet',
  )
  world.safeHead = () => ({ kind: 'too-old' })
  assert.match(String(errorOf(await at('0x692f2d59'))), /l1 at safe head history unavailable$/)
})

test('the genesis needs no L1 block for its super root', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  world.extend(0, 3)
  await world.writeChain({ localSafe: blockOf(3) })
  const text = await world.ask(replica.servers.url, 'superroot_atTimestamp', ['0x0'])
  const { data } = resultOf(text) as { data: { verified_required_l1: unknown } }
  assert.deepEqual(data.verified_required_l1, { hash: filled('00'), number: 0 })
})

test('params are checked as in op-node, with its error texts', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const typed = (what: string, type = 'hexutil.Uint64') =>
    `-32602 invalid argument 0: json: cannot unmarshal ${what} into Go value of type ${type}`
  const cases: readonly (readonly [string, readonly unknown[], string])[] = [
    ['optimism_syncStatus', [1], '-32602 too many arguments, want at most 0'],
    ['optimism_outputAtBlock', [], '-32602 missing value for required argument 0'],
    ['optimism_outputAtBlock', ['0x1', 2], '-32602 too many arguments, want at most 1'],
    ['optimism_outputAtBlock', [5], typed('non-string')],
    ['optimism_outputAtBlock', [null], typed('non-string')],
    ['optimism_outputAtBlock', ['pending'], typed('hex string without 0x prefix')],
    ['optimism_outputAtBlock', ['0x'], typed('hex string "0x"')],
    ['optimism_outputAtBlock', ['0x01'], typed('hex number with leading zero digits')],
    ['optimism_outputAtBlock', ['0x10000000000000000'], typed('hex number > 64 bits')],
    ['optimism_safeHeadAtL1Block', ['0xzz'], typed('invalid hex string')],
    ['superroot_atTimestamp', [true], typed('non-string')],
    ['optimism_dependencySet', [], '-32000 not found'],
    ['eth_chainId', [], '-32601 the method eth_chainId does not exist/is not available'],
    [
      'admin_sequencerActive',
      [],
      '-32601 the method admin_sequencerActive does not exist/is not available',
    ],
  ]
  for (const [method, params, error] of cases)
    assert.equal(errorOf(await world.ask(replica.servers.url, method, params)), error)
})

test('version, dependency set and health are served', async (t) => {
  const dependencySet = { dependencies: { '10': {} } }
  const { world, replica } = await RpcWorld.started(t, { ports: { dependencySet } })
  const { url } = replica.servers
  assert.equal(resultOf(await world.ask(url, 'optimism_version')), '0.1.0')
  assert.equal(resultOf(await world.ask(url, 'health_status')), '0.1.0')
  assert.deepEqual(resultOf(await world.ask(url, 'optimism_dependencySet')), dependencySet)
  const read = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    return [response.status, await response.text()]
  }
  assert.deepEqual(await world.settle(read('/healthz')), [200, '{"version":"0.1.0"}'])
  const [status, reasons] = await world.settle(read('/readyz'))
  assert.equal(status, 503)
  assert.match(String(reasons), /the heads of the engine/)
})

test('two replicas have the same status; after one replica stops, the other still answers', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const other = await world.replica(t)
  await atSample(world)
  const ask = ({ servers }: typeof other) => world.ask(servers.url, 'optimism_syncStatus')
  assert.equal(await ask(replica), await ask(other))
  await world.writeChain({ unsafe: { ...unsafe, number: unsafe.number + 1n } })
  assert.equal(await ask(replica), await ask(other))
  await replica.stop()
  await world.writeChain({ unsafe: { ...unsafe, number: unsafe.number + 2n } })
  const status = resultOf(await ask(other)) as { unsafe_l2: BlockId }
  assert.equal(status.unsafe_l2.number, Number(unsafe.number + 2n))
})

test('if another service does not answer, the call is answered with an error', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  world.onAsked = () => new Promise(() => undefined)
  const asked = world.ask(replica.servers.url, 'optimism_outputAtBlock', ['0x5'])
  await world.pass(4_500)
  assert.match(String(errorOf(await asked)), /^-32000 engine.fetch-l2-block: /)
})
