import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusNames, instanceNamePattern, nodeNamePattern } from './bus-names.ts'
import { streamsOf } from './streams.ts'
import { applyAttributes, engineChain, safeAt, serviceStatus, subjects } from './subjects.ts'

const names = new BusNames({ chainId: 10n, node: 'main' })

test('subjects are named by chain, node, service and name', () => {
  assert.equal(names.stateUpdates(engineChain, 'engine-0'), 'atoll.10.main.engine.chain')
  assert.equal(names.stateStored(engineChain, 'x'), '$KV.atoll_10_main_state.engine.chain')
  assert.equal(
    names.stateStored(serviceStatus.rpc, 'rpc-7'),
    '$KV.atoll_10_main_instances.rpc.status.rpc-7',
  )
  assert.equal(names.logEntry(safeAt, 7n), 'atoll.10.main.derivation.safe-at.7')
  assert.equal(names.call(applyAttributes), 'atoll.10.main.call.engine.apply-attributes')
})

test('the stored subject of a state is republished to the subject that its readers subscribe to', () => {
  const { source, destination } = names.stateRepublish(engineChain)
  const stored = names.stateStored(engineChain, 'engine-0')
  const pushed = destination.replace('>', stored.slice(source.length - 1))
  assert.equal(pushed, names.stateUpdates(engineChain, 'engine-0'))
})

for (const [node, isFine] of [
  ['main', true],
  ['a', true],
  ['node-7', true],
  ['n'.repeat(32), true],
  ['n'.repeat(33), false],
  ['', false],
  ['Main', false],
  ['a.b', false],
  ['a b', false],
  ['a*', false],
  ['a>', false],
] as const) {
  test(`a node may ${isFine ? '' : 'not '}be called ${JSON.stringify(node)}`, () => {
    assert.equal(nodeNamePattern.test(node), isFine)
    if (isFine) assert.ok(new BusNames({ chainId: 1n, node }))
    else assert.throws(() => new BusNames({ chainId: 1n, node }), RangeError)
  })
}

test('an instance name is a single token of a subject', () => {
  for (const fine of ['engine-0', 'pod_7', 'x'.repeat(64)]) assert.match(fine, instanceNamePattern)
  for (const wrong of ['', 'a.b', 'a*', 'x'.repeat(65)])
    assert.doesNotMatch(wrong, instanceNamePattern)
})

test('two nodes on one server share no stream and no subject', () => {
  const other = new BusNames({ chainId: 10n, node: 'other' })
  const ours = streamsOf(subjects, names)
  const theirs = streamsOf(subjects, other)
  for (const [at, { name, subjects: kept }] of ours.entries()) {
    assert.notEqual(name, theirs[at]?.name)
    assert.equal(kept.filter((subject) => theirs[at]?.subjects.includes(subject)).length, 0)
  }
})

test('a node has streams for states, leases and logs, with their size limits', () => {
  assert.deepEqual(
    streamsOf(subjects, names).map(({ name, maxBytes }) => [name, maxBytes]),
    [
      ['KV_atoll_10_main_state', 16 * 1024 ** 2],
      ['KV_atoll_10_main_instances', 16 * 1024 ** 2],
      ['KV_atoll_10_main_lease', 1024 ** 2],
      ['ATOLL_10_main_SAFE_AT', 256 * 1024 ** 2],
      ['ATOLL_10_main_PAYLOAD', 1024 ** 3],
      ['ATOLL_10_main_FLASHBLOCK', 512 * 1024 ** 2],
    ],
  )
})
