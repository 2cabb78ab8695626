import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Address, Hash } from '#protocol/primitives.ts'
import { addressOf, FakeView, senderNames, signed } from '#test/fakes/pool-world.ts'
import { PoolRefusal } from './pool-refusal.ts'
import { effectiveTip, hashTransaction, type PooledTransaction } from './pooled-transaction.ts'
import { TransactionPool } from './transaction-pool.ts'

const limits = { transactions: 9, bytes: 1_100, pendingPerSender: 4, queuedPerSender: 2 }

type Operation =
  | { readonly kind: 'add'; readonly notation: string; readonly isLarge: boolean }
  | { readonly kind: 'drop'; readonly at: number }
  | { readonly kind: 'balance'; readonly of: Address; readonly balance: bigint }
  | { readonly kind: 'base-fee'; readonly baseFee: bigint }
  | { readonly kind: 'block'; readonly size: number }
  | { readonly kind: 'reorg'; readonly depth: number; readonly size: number }

const sender = fc.constantFrom(...senderNames)
const add = fc.record({
  kind: fc.constant('add' as const),
  notation: fc
    .tuple(sender, fc.nat({ max: 7 }), fc.constantFrom(1, 2, 3, 150, 400))
    .map(([name, nonce, tip]) => `${name}${nonce}:${tip}`),
  isLarge: fc.nat({ max: 5 }).map((number) => number === 0),
})
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { arbitrary: add, weight: 12 },
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat({ max: 8 }) }),
  fc.record({
    kind: fc.constant('balance' as const),
    of: sender.map(addressOf),
    balance: fc.constantFrom(0n, 30_000_000n, 80_000_000n, 10n ** 18n),
  }),
  fc.record({
    kind: fc.constant('base-fee' as const),
    baseFee: fc.constantFrom(0n, 10n, 900n, 1_100n, 2_000n),
  }),
  fc.record({ kind: fc.constant('block' as const), size: fc.nat({ max: 4 }) }),
  fc.record({
    kind: fc.constant('reorg' as const),
    depth: fc.integer({ min: 1, max: 3 }),
    size: fc.nat({ max: 3 }),
  }),
)

test('under random operations the pool has no gaps, stays ordered and within its limits, and reports all changes', async () => {
  let [taken, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 40, maxLength: 80, size: 'max' }),
      async (operations) => {
        const world = new World()
        for (const one of operations) {
          if ((await world.perform(one)) === 'refused') refused++
          else taken++
          world.check()
        }
      },
    ),
    { numRuns: 80, seed: 4 },
  )
  assert.ok(taken > 2_000 && refused > 500, `${taken} done, ${refused} refused`)
})

/** A chain whose blocks are only lists of transactions, and a pool that follows it. */
class World {
  readonly view = new FakeView()
  readonly pool = new TransactionPool(this.view, limits)
  readonly blocks: (readonly PooledTransaction[])[] = []
  /** The transactions that must be in the pool, and the transactions that the pool announced as pending. */
  readonly live = new Set<Hash>()
  readonly announced = new Set<Hash>()

  constructor() {
    this.pool.subscribe({
      pending: (transactions) => {
        for (const { hash } of transactions) this.announced.add(hash)
      },
      removed: (transaction, reason) => {
        assert.ok(this.live.delete(transaction.hash), 'only a transaction in the pool is removed')
        this.announced.delete(transaction.hash)
        if (reason !== 'the pool is full') return
        for (const { signed: later } of this.all(transaction.sender))
          assert.ok(later.nonce < transaction.signed.nonce, 'the last nonce is evicted first')
      },
    })
  }

  async perform(one: Operation): Promise<'done' | 'refused'> {
    const { pool, view } = this
    switch (one.kind) {
      case 'add': {
        const data = one.isLarge ? (`0x${'00'.repeat(150)}` as const) : '0x'
        return this.add(await signed(one.notation, { data, gas: 25_000n }))
      }
      case 'drop': {
        const hash = [...this.live][one.at]
        if (hash !== undefined) pool.drop(hash, 'a test')
        break
      }
      case 'balance':
        view.balances.set(one.of, one.balance)
        pool.reset(view, { included: [], dropped: [] })
        break
      case 'base-fee':
        view.baseFeePerGas = one.baseFee
        break
      case 'block':
        this.extend(this.best().slice(0, one.size), [])
        break
      case 'reorg': {
        const dropped = this.blocks.splice(-one.depth).flat()
        for (const { sender, signed: old } of dropped.toReversed())
          view.nonces.set(sender, old.nonce)
        // The transactions return to the pool, and some are removed again immediately.
        for (const { hash } of dropped) this.live.add(hash)
        this.extend(dropped.slice(0, one.size), dropped)
        for (const { hash } of dropped) if (pool.get(hash) === undefined) this.live.delete(hash)
      }
    }
    return 'done'
  }

  add(raw: Uint8Array): 'done' | 'refused' {
    const before = this.all()
    try {
      this.live.add(this.pool.add(raw))
      return 'done'
    } catch (error) {
      if (!(error instanceof PoolRefusal)) throw error
      assert.deepEqual(this.all(), before)
      return 'refused'
    }
  }

  extend(block: readonly PooledTransaction[], dropped: readonly PooledTransaction[]): void {
    this.blocks.push(block)
    for (const { sender, signed: used } of block) this.view.nonces.set(sender, used.nonce + 1n)
    const raws = (transactions: readonly PooledTransaction[]) => transactions.map(({ raw }) => raw)
    this.pool.reset(this.view, { included: raws(block), dropped: raws(dropped) })
  }

  all(of?: Address): readonly PooledTransaction[] {
    const { pending, queued } = this.pool.content()
    const all = [...pending.values(), ...queued.values()].flat()
    return of === undefined ? all : all.filter(({ sender }) => sender === of)
  }

  /** The pending transactions in the order of the pool. */
  best(): readonly PooledTransaction[] {
    const best = this.pool.best(this.view.baseFeePerGas)
    const ordered: PooledTransaction[] = []
    for (let next = best.peek(); next !== undefined; next = best.peek()) {
      ordered.push(next)
      best.shift()
    }
    return ordered
  }

  check(): void {
    const { pool, view } = this
    const all = this.all()
    assert.deepEqual(new Set(all.map(({ hash }) => hash)), this.live)
    assert.ok(all.length <= limits.transactions)
    assert.ok(all.reduce((sum, { raw }) => sum + raw.length, 0) <= limits.bytes)
    const { pending, queued } = pool.status()
    assert.equal(pending + queued, all.length)
    assert.equal([...pool.content().pending.values()].flat().length, pending)
    for (const transaction of all) {
      const { hash, raw, sender, signed: read } = transaction
      assert.equal(hash, hashTransaction(raw))
      assert.equal(pool.get(hash), transaction)
      assert.ok(read.gasLimit * read.maxFeePerGas <= view.account(sender).balance)
    }
    for (const name of senderNames) this.checkSender(addressOf(name))
    assert.deepEqual(this.best(), orderSlowly(pool, view.baseFeePerGas))
  }

  checkSender(address: Address): void {
    const { nonce } = this.view.account(address)
    const { pending, queued } = this.pool.contentFrom(address)
    const nonces = (transactions: readonly PooledTransaction[]) =>
      transactions.map(({ signed: { nonce: own } }) => own)
    const next = nonce + BigInt(pending.length)
    assert.deepEqual(
      nonces(pending),
      pending.map((_, at) => nonce + BigInt(at)),
    )
    assert.equal(this.pool.pendingNonce(address), next)
    assert.ok(pending.length <= limits.pendingPerSender)
    assert.ok(queued.length <= limits.queuedPerSender)
    let last = pending.length === limits.pendingPerSender ? next - 1n : next
    for (const own of nonces(queued)) {
      assert.ok(own > last, 'the next nonce is not queued')
      last = own
    }
    for (const { hash } of pending) assert.ok(this.announced.has(hash), 'pending is announced')
  }
}

/** The order of the pool, found by comparing the first transactions of all senders at each step. */
function orderSlowly(pool: TransactionPool, baseFee: bigint): readonly PooledTransaction[] {
  const waiting = [...pool.content().pending.values()].map((own) => [...own])
  const ordered: PooledTransaction[] = []
  for (;;) {
    const heads = waiting
      .flatMap((own) => own.slice(0, 1))
      .filter((head) => effectiveTip(head, baseFee) >= 0n)
      .toSorted((left, right) => left.arrival - right.arrival)
    const [first] = heads
    if (first === undefined) return ordered
    const best = heads.reduce(
      (found, head) => (effectiveTip(head, baseFee) > effectiveTip(found, baseFee) ? head : found),
      first,
    )
    ordered.push(best)
    waiting.find((own) => own[0] === best)?.shift()
  }
}
