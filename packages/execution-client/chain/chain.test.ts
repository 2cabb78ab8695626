import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { toHash, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeAccount } from '#execution-client/state/account-record.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import { Trie } from '#execution-client/trie/trie.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import {
  addBlock,
  createStore,
  deposit,
  openChain,
  setSlot,
  slotKey,
  smallGenesis,
  storeAddress,
} from '#test/fakes/execution-chain.ts'
import type { Genesis } from '#execution-client/genesis/genesis.ts'
import { Chain, type HeadChange, maxPendingBlocks, stateWindow } from './chain.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-chain-'))
after(() => rmSync(folder, { recursive: true }))

const choose = (chain: Chain, head: KnownBlock, final?: KnownBlock) =>
  chain.choose({ head: head.hash, safe: final?.hash, finalized: final?.hash })

/** Reads all accounts and slots of a state, and returns their number. */
function readAll(chain: Chain, block: KnownBlock): number {
  const { source } = chain.executor(new Interpreters(chain.config))
  const accounts = [
    ...new Trie(source, Buffer.from(block.header.stateRoot.slice(2), 'hex')).entries(),
  ]
  let read = 0
  for (const [, encoded] of accounts) {
    const { storageRoot } = decodeAccount(encoded)
    read += 1 + [...new Trie(source, storageRoot).entries()].length
  }
  return read
}

test('a reorg changes the head, the canonical blocks, and the blocks of transactions', async () => {
  const chain = openChain()
  const changes: HeadChange[] = []
  chain.onChange((change) => changes.push(change))
  const a1 = await addBlock(chain, chain.genesis, [createStore(1)])
  const a2 = await addBlock(chain, a1, [setSlot(2, 1, 10)])
  const a3 = await addBlock(chain, a2, [setSlot(3, 1, 11)])
  choose(chain, a3)
  const b2 = await addBlock(chain, a1, [setSlot(4, 1, 20)])
  const b3 = await addBlock(chain, b2, [setSlot(2, 2, 10)])
  assert.equal(chain.head.hash, a3.hash)
  assert.equal(chain.place(toHash(keccak256(setSlot(3, 1, 11))))?.block, a3.hash)
  choose(chain, b3, a1)
  assert.equal(chain.canonical(2n)?.hash, b2.hash)
  assert.equal(chain.place(toHash(keccak256(setSlot(3, 1, 11)))), undefined)
  assert.equal(chain.place(toHash(keccak256(setSlot(4, 1, 20))))?.block, b2.hash)
  assert.equal(chain.isCanonical(a2), false)
  assert.equal(toHex(chain.state(b3).slot(storeAddress, slotKey(1))), '0x14')
  assert.equal(toHex(chain.state(a3).slot(storeAddress, slotKey(1))), '0x0b')
  assert.equal(chain.safe?.hash, a1.hash)
  const [, second] = changes
  assert.deepEqual(
    second?.removed.map(({ hash }) => hash),
    [a3.hash, a2.hash],
  )
  assert.deepEqual(
    second.added.map(({ hash }) => hash),
    [b2.hash, b3.hash],
  )
  // The head returns to the first branch.
  choose(chain, a3)
  assert.equal(chain.place(toHash(keccak256(setSlot(3, 1, 11))))?.block, a3.hash)
  choose(chain, a1)
  assert.equal(chain.canonical(2n), undefined)
  assert.equal(chain.head.hash, a1.hash)
})

test('a reopened chain has the same state', async () => {
  const path = join(folder, 'again.sqlite')
  const chain = openChain({ path })
  let block = await addBlock(chain, chain.genesis, [createStore(1)])
  for (let slot = 1; slot < 40; slot++) {
    block = await addBlock(chain, block, [
      setSlot(slot, slot, slot),
      deposit(100 + slot, { mint: 5n }),
    ])
    choose(chain, block, slot > 20 ? chain.canonical(10n) : undefined)
  }
  const side = await addBlock(chain, block)
  const body = chain.body(block)
  chain.close()
  const again = openChain({ path })
  assert.equal(again.head.hash, block.hash)
  assert.equal(again.finalized?.header.number, 10n)
  assert.deepEqual(again.body(again.head), body)
  assert.equal(readAll(again, again.head), 39 + 2)
  assert.equal(again.find(side.hash), undefined, 'a block that was never canonical is not kept')
  const next = await addBlock(again, again.head, [setSlot(99, 1, 7)])
  choose(again, next)
  assert.equal(toHex(again.state(next).slot(storeAddress, slotKey(39))), '0x27')
  again.close()
})

for (const archive of [false, true])
  test(`old states are ${archive ? 'kept in an archive' : 'pruned, while newer states stay complete'}`, async () => {
    const path = join(folder, `prune-${archive}.sqlite`)
    const chain = openChain({ path, archive })
    let block: KnownBlock = await addBlock(chain, chain.genesis, [createStore(1)])
    const blocks = [block]
    for (let at = 1; at <= stateWindow + 60; at++) {
      // Slots are created, changed, deleted and created again.
      const value = at % 7 === 0 ? 0 : at
      block = await addBlock(chain, block, [
        setSlot(at, at % 20, value),
        setSlot(1_000 + at, 3, at % 2),
      ])
      blocks.push(block)
      choose(chain, block, blocks[Math.max(0, at - 2)])
    }
    const oldest = blocks.findIndex((candidate) => chain.hasState(candidate))
    assert.equal(oldest, archive ? 0 : blocks.length - stateWindow - 1)
    chain.close()
    const again = openChain({ path, archive })
    for (const kept of blocks.slice(oldest)) assert.ok(readAll(again, kept) > 0)
    if (!archive) {
      const gone = blocks[0] ?? assert.fail()
      assert.throws(() => readAll(again, gone), { name: 'MissingState' })
    }
    again.close()
    const database = new DatabaseSync(path)
    const { nodes } = database.prepare('SELECT count(*) AS nodes FROM nodes').get() as {
      nodes: number
    }
    database.close()
    assert.ok(archive ? nodes > 1_000 : nodes < 1_000, `${nodes} nodes`)
  })

test('the states of the finalized block and of all later blocks are kept, even if the finalized block is far below the head', async () => {
  const chain = openChain()
  let block: KnownBlock = await addBlock(chain, chain.genesis)
  const first = block
  for (let at = 0; at < stateWindow + 20; at++) {
    block = await addBlock(chain, block)
    choose(chain, block, first)
  }
  assert.equal(chain.hasState(first), true)
})

test('above the limit on blocks that are not canonical, the lowest such block without children is dropped', async () => {
  const chain = openChain()
  const low = await addBlock(chain, chain.genesis, [deposit(0, {})])
  let block: KnownBlock = await addBlock(chain, chain.genesis, [createStore(1)])
  for (let at = 2; at < maxPendingBlocks; at++) block = await addBlock(chain, block)
  assert.ok(chain.find(low.hash))
  const last = await addBlock(chain, block)
  assert.equal(chain.find(low.hash), undefined)
  // Every block in memory is an ancestor of `beyond`, so no block can be dropped.
  const beyond = await addBlock(chain, last)
  assert.equal(chain.find(beyond.hash), undefined)
  assert.equal(chain.add(beyond), false)
  choose(chain, last)
  assert.equal(chain.add(beyond), true)
  choose(chain, beyond)
  assert.ok(readAll(chain, beyond) > 0)
})

test('when the state of a block is pruned, the side blocks built on that block and their descendants are dropped', async () => {
  const chain = openChain()
  const low = await addBlock(chain, chain.genesis, [createStore(1)])
  choose(chain, low)
  const side = await addBlock(chain, low, [setSlot(2, 1, 10)])
  const onSide = await addBlock(chain, side, [setSlot(3, 1, 11)])
  let block = await addBlock(chain, low)
  const reorged = block
  for (let at = 0; at < 2 * stateWindow; at++) {
    choose(chain, block, block)
    block = await addBlock(chain, block, [setSlot(10 + at, at % 7, at)])
  }
  for (const gone of [side, onSide]) assert.equal(chain.find(gone.hash), undefined)
  const { head } = chain
  for (const gone of [onSide, reorged]) assert.throws(() => choose(chain, gone), /never|pruned/)
  assert.equal(chain.head, head)
})

test('a forkchoice update whose write fails, even repeatedly, leaves no trie nodes behind', async () => {
  const refuse = `CREATE TEMP TRIGGER refuse BEFORE INSERT ON labels BEGIN SELECT raise(ROLLBACK, 'full'); END`
  const nodesAfter = async (tries: number) => {
    const database = openChainDatabase(':memory:')
    const chain = new Chain({ database, genesis: smallGenesis, archive: false })
    let block: KnownBlock = await addBlock(chain, chain.genesis, [createStore(1)])
    choose(chain, block)
    for (let at = 0; at < 2 * stateWindow; at++) {
      block = await addBlock(chain, block, [setSlot(2 + at, at % 30, at)])
      database.run(refuse)
      for (let again = 0; again < tries; again++)
        assert.throws(() => choose(chain, block, block), /full/)
      database.run('DROP TRIGGER refuse')
      choose(chain, block, block)
    }
    assert.equal(readAll(chain, chain.head), 30 + 2)
    return database.get('SELECT count(*) AS nodes FROM nodes')?.['nodes']
  }
  assert.equal(await nodesAfter(3), await nodesAfter(0))
})

test('the config of executed blocks cannot change, but the config of later blocks can', async () => {
  const path = join(folder, 'config.sqlite')
  const chain = openChain({ path })
  choose(chain, await addBlock(chain, chain.genesis))
  chain.close()
  const reopen = (changes: Partial<Genesis['config']>) => {
    const config = { ...smallGenesis.config, ...changes }
    openChain({ path, genesis: { ...smallGenesis, config } }).close()
  }
  const { eip1559, hardforkTimes } = smallGenesis.config
  const refused = (changes: Partial<Genesis['config']>, message: RegExp) =>
    assert.throws(() => reopen(changes), { code: 'config-mismatch', message })
  refused({ chainId: 7n }, /chainId is 7, .* 901/)
  refused({ eip1559: { ...eip1559, elasticity: 2n } }, /elasticity is 2/)
  refused({ hasOsakaAtKarst: false }, /Osaka at Karst is false/)
  refused({ hardforkTimes: { ...hardforkTimes, lagoon: 1n } }, /lagoonTime is 1/)
  reopen({ hardforkTimes: { ...hardforkTimes, lagoon: 100n } })
  reopen({ hardforkTimes: { ...hardforkTimes, lagoon: 200n } })
  reopen({})
})

test('a database that is in use, or belongs to another chain or release, is refused with a reason', () => {
  const path = join(folder, 'refused.sqlite')
  const chain = openChain({ path })
  assert.throws(() => openChain({ path }), { code: 'chain-database', message: /locked/ })
  chain.close()
  const { header } = smallGenesis
  const genesis = { ...smallGenesis, header: { ...header, timestamp: 7n } }
  assert.throws(() => openChain({ path, genesis }), {
    code: 'genesis-mismatch',
    message: new RegExp(`${path} has genesis 0x`),
  })
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  assert.throws(() => openChain({ path }), { code: 'chain-database', message: /another release/ })
  assert.throws(() => openChain({ path: '/nowhere/x' }), { code: 'chain-database' })
})
