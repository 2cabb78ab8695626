import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusNames } from './bus-names.ts'
import { permissionsOf } from './permissions.ts'
import { busRoles, serviceNames } from './services.ts'
import { subjects } from './subjects.ts'

const names = new BusNames({ chainId: 10n, node: 'main' })
const table = { subjects, names }

test('derivation may do what the table of subjects allows, and no more', () => {
  const { publish, subscribe, answersCalls } = permissionsOf('derivation', table)
  assert.deepEqual(publish.toSorted(), [
    '$JS.API.DIRECT.GET.ATOLL_10_main_SAFE_AT.atoll.10.main.derivation.safe-at.*',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_instances.$KV.atoll_10_main_instances.da-watcher.status.*',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_instances.$KV.atoll_10_main_instances.derivation.status.*',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_instances.$KV.atoll_10_main_instances.engine.status.*',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_lease.$KV.atoll_10_main_lease.derivation',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_state.$KV.atoll_10_main_state.da-watcher.l1-heads',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_state.$KV.atoll_10_main_state.derivation.targets',
    '$JS.API.DIRECT.GET.KV_atoll_10_main_state.$KV.atoll_10_main_state.engine.chain',
    '$KV.atoll_10_main_instances.derivation.>',
    '$KV.atoll_10_main_lease.derivation',
    '$KV.atoll_10_main_state.derivation.>',
    'atoll.10.main.call.da-watcher.fetch-l1-block',
    'atoll.10.main.call.engine.apply-attributes',
    'atoll.10.main.call.engine.fetch-l2-block',
    'atoll.10.main.call.engine.reset',
    'atoll.10.main.derivation.safe-at.*',
  ])
  assert.deepEqual(subscribe.toSorted(), [
    '_INBOX_derivation.>',
    'atoll.10.main.call.derivation.>',
    'atoll.10.main.da-watcher.l1-heads',
    'atoll.10.main.da-watcher.status.*',
    'atoll.10.main.engine.chain',
    'atoll.10.main.engine.status.*',
    'atoll.10.main.rpc.log-level',
  ])
  assert.equal(answersCalls, true)
})

test('no service may use the API of JetStream except to read messages', () => {
  for (const service of serviceNames) {
    const api = permissionsOf(service, table).publish.filter((right) => right.startsWith('$JS'))
    for (const right of api) assert.match(right, /^\$JS\.API\.DIRECT\.GET\./, service)
  }
})

test('each user has its own inbox, and no user may access all subjects of a node', () => {
  for (const role of busRoles) {
    const { publish, subscribe } = permissionsOf(role, table)
    assert.ok(subscribe.includes(`_INBOX_${role}.>`), role)
    for (const right of [...publish, ...subscribe]) {
      assert.notEqual(right, '>')
      assert.doesNotMatch(right, /^atoll\.10\.main\.>/, role)
    }
  }
})

test('rpc, which needs no lease, may not take one', () => {
  const { publish } = permissionsOf('rpc', table)
  assert.ok(!publish.some((right) => right.includes('_lease')))
})
