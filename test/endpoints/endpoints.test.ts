import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '#runtime/random.ts'
import { type Misbehaviour, misbehaviours } from './misbehaviours.ts'
import { NodeBehindProxies } from './node-behind-proxies.ts'

/** Rounds of each misbehaviour; 10 for a long test run. */
const rounds = Number(process.env['ATOLL_ENDPOINT_ROUNDS'] ?? 2)

/** Duration of a misbehaviour in each round. */
const badMs = Number(process.env['ATOLL_ENDPOINT_BAD_MS'] ?? 3_000)

/** Duration of the tests that do not count rounds; 600 for a long test run. */
const randomSeconds = Number(process.env['ATOLL_ENDPOINT_SECONDS'] ?? 60)

/** Bound on the time from the end of a misbehaviour until derivation is at the head of L1. */
const recoveryMs = 15_000

/** Bound on the time until the status names a misbehaviour. */
const statusMs = 5_000

const seed = Number(process.env['ATOLL_ENDPOINT_SEED'] ?? 1)

for (const api of ['rpc', 'beacon'] as const) {
  const data = api === 'rpc' ? 'transactions' : 'blobs'
  for (const { name, misbehave, says } of of(api))
    test(`if the only ${api} endpoint misbehaves (${name}), derivation continues within 15 s after each misbehaviour`, async (t) => {
      const node = await NodeBehindProxies.start(t, { endpoints: 1 })
      const [proxy] = api === 'rpc' ? node.rpcs : node.beacons
      if (proxy === undefined) throw new Error('no proxy')
      const recoveries: number[] = []
      for (let round = 1; round <= rounds; round++) {
        await node.until('derivation is at the head', () => node.isAtHead, recoveryMs)
        proxy.misbehave = misbehave
        const startMs = performance.now()
        // For some L1 blocks, the node makes no request that the endpoint answers wrongly. For example, it fetches only
        // blobs of the batcher. So L1 grows until the misbehaviour has an effect.
        for (let isMet = false; !isMet;) {
          assert.ok(node.grow(data), `the record has no further block with ${data}`)
          await node.wait(1_000)
          isMet = says === undefined || !node.isAtHead
        }
        if (says === undefined) {
          await node.until('derivation continues', () => node.isAtHead, recoveryMs)
        } else {
          const { origin } = new URL(proxy.url)
          const isNamed = () => says.test(node.waits) && node.waits.includes(origin)
          await node.until('the status names the problem and the endpoint', isNamed, statusMs)
          assert.match(node.waits, /^da-watcher waits for .*; next: .*\S/m)
        }
        await sleep(Math.max(0, startMs + badMs - performance.now()))
        proxy.misbehave = undefined
        const tookMs = await node.until(
          'derivation is at the head again',
          () => node.isAtHead,
          recoveryMs,
        )
        recoveries.push(Math.round(tookMs))
      }
      t.diagnostic(`at the head again after ${recoveries.join(', ')} ms`)
      await node.check()
    })
}

for (const { name, misbehave, says } of misbehaviours)
  if (says === undefined && !name.startsWith('beacon'))
    test(`a node starts on an endpoint with ${name}`, async (t) => {
      const node = await NodeBehindProxies.start(t, { endpoints: 1, misbehave })
      await node.until('derivation is at the head', () => node.isAtHead, 2 * recoveryMs)
      assert.ok(node.grow('transactions'))
      await node.until('derivation continues', () => node.isAtHead, recoveryMs)
      await node.check()
    })

test(`if one of two endpoints of each kind misbehaves at random for ${randomSeconds} s, derivation never stalls for 15 s`, async (t) => {
  t.diagnostic(`seed ${seed}`)
  const random = new Random(seed)
  const node = await NodeBehindProxies.start(t, { endpoints: 2 })
  const endMs = performance.now() + randomSeconds * 1_000
  let stalledSinceMs = performance.now()
  let longestMs = 0
  for (let turn = 0; performance.now() < endMs; turn++) {
    for (const [api, proxies] of [
      ['rpc', node.rpcs],
      ['beacon', node.beacons],
    ] as const) {
      const bad = random.pick(of(api))
      // If `badAt` is 2, both endpoints answer well.
      const badAt = random.between(0, 2)
      for (const [at, proxy] of proxies.entries())
        proxy.misbehave = at === badAt ? bad.misbehave : undefined
    }
    if (node.isAtHead) node.grow()
    const turnEndMs = performance.now() + random.between(200, 2_200)
    while (performance.now() < turnEndMs) {
      if (node.isAtHead) stalledSinceMs = performance.now()
      longestMs = Math.max(longestMs, performance.now() - stalledSinceMs)
      await sleep(20)
    }
  }
  t.diagnostic(`${node.head} L1 blocks; the longest stall took ${Math.round(longestMs)} ms`)
  assert.ok(longestMs < recoveryMs, `${longestMs} ms; ${node.waits}`)
  behave(node)
  await node.until('derivation is at the head', () => node.isAtHead, recoveryMs)
  await node.check()
})

test(`if the only endpoints answer well for one second in ten, for ${randomSeconds} s, derivation never stalls for 15 s`, async (t) => {
  t.diagnostic(`seed ${seed}`)
  const random = new Random(seed)
  const node = await NodeBehindProxies.start(t, { endpoints: 1 })
  await node.until('derivation is at the head', () => node.isAtHead, recoveryMs)
  const endMs = performance.now() + randomSeconds * 1_000
  const stalls: number[] = []
  while (performance.now() < endMs && node.grow()) {
    const startMs = performance.now()
    while (!node.isAtHead) {
      misbehaveAtRandom(node, random)
      await node.wait(9_000)
      behave(node)
      await node.wait(1_000)
    }
    stalls.push(performance.now() - startMs)
    assert.ok(Math.max(...stalls) < recoveryMs, `${stalls.at(-1)} ms; ${node.waits}`)
  }
  t.diagnostic(
    `${stalls.length} L1 blocks; the longest stall took ${Math.round(Math.max(...stalls))} ms`,
  )
  behave(node)
  await node.check()
})

/**
 * Misbehaviours whose effect lasts longer than the second in which the endpoint answers well. The effect is a call in
 * flight until its timeout, or a pause that the server asks for.
 */
const outlasting = /no answer|Retry-After|backoff_seconds|answers after/

/** Gives each endpoint a random misbehaviour whose effect ends with the misbehaviour. */
function misbehaveAtRandom(node: NodeBehindProxies, random: Random): void {
  for (const [api, proxies] of [
    ['rpc', node.rpcs],
    ['beacon', node.beacons],
  ] as const) {
    const [first, ...others] = of(api).filter(({ name }) => !outlasting.test(name))
    if (first === undefined) throw new Error('no misbehaviour')
    for (const proxy of proxies) proxy.misbehave = random.pick([first, ...others]).misbehave
  }
}

function behave({ rpcs, beacons }: NodeBehindProxies): void {
  for (const proxy of [...rpcs, ...beacons]) proxy.misbehave = undefined
}

/** The misbehaviours of one kind of endpoint. */
function of(api: Misbehaviour['api']): readonly [Misbehaviour, ...Misbehaviour[]] {
  const [first, ...others] = misbehaviours.filter((each) => each.api === api)
  if (first === undefined) throw new Error('no misbehaviour')
  return [first, ...others]
}
