import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceStatus } from '#messages/service-status.ts'
import { nodeStatus, type NodeStates, statusLines } from './node-status.ts'

const nowMs = 1_800_000_000_000
const names = ['da-watcher', 'derivation']

const nothing: NodeStates = {
  nowMs,
  startedMs: undefined,
  folder: undefined,
  healthUrl: undefined,
  reasons: [],
  diskProblems: [],
  chain: undefined,
  l1: undefined,
  targets: undefined,
  services: new Map(),
}

function status(fields: Partial<ServiceStatus>, ageMs = 1_000) {
  const value: ServiceStatus = {
    instance: 'a',
    version: '1',
    startedMs: nowMs - 60_000,
    phase: 'running',
    wait: undefined,
    inputs: [],
    notices: [],
    writtenMs: nowMs - ageMs,
    ...fields,
  }
  return { value, ageMs }
}

function withServices(services: Record<string, ReturnType<typeof status>>): NodeStates {
  return { ...nothing, services: new Map(Object.entries(services)) }
}

test('for an empty bus, the status says what to start', () => {
  const { services, advice, l2 } = nodeStatus(nothing, names)
  assert.deepEqual(
    services.map(({ phase }) => phase),
    ['unheard', 'unheard'],
  )
  assert.equal(l2.safe, null)
  assert.match(advice[0] ?? '', /^da-watcher never reported on this bus/)
})

test('a service that has not reported since the start of the node is shown as starting during the first ten seconds', () => {
  const phasesAt = (sinceStartMs: number, statusAgeMs: number) => {
    const states = withServices({ derivation: status({}, statusAgeMs) })
    const printed = nodeStatus({ ...states, startedMs: nowMs - sinceStartMs }, names)
    return [printed.services.map(({ phase }) => phase), printed.advice.length]
  }
  assert.deepEqual(phasesAt(2_000, 3_600_000), [['starting', 'starting'], 0])
  assert.deepEqual(phasesAt(2_000, 1_000), [['starting', 'running'], 0])
  assert.deepEqual(phasesAt(10_001, 3_600_000), [['unheard', 'silent'], 1])
})

test('an optional service is shown only if the node runs it', () => {
  const startedMs = nowMs - 60_000
  const shown = (states: Partial<NodeStates>) =>
    nodeStatus({ ...nothing, ...states }, ['gossip', 'sequencer']).services.map(
      ({ service, phase }) => `${service} ${phase}`,
    )
  assert.deepEqual(shown({}), [])
  // The node has just started. By default, a node runs gossip and no sequencer.
  assert.deepEqual(shown({ startedMs: nowMs - 2_000 }), ['gossip starting'])
  const of = (sequencer: ReturnType<typeof status>) => ({
    startedMs,
    services: new Map([['sequencer', sequencer]]),
  })
  assert.deepEqual(shown(of(status({}))), ['sequencer running'])
  // The sequencer was stopped, and then the node was started again without a sequencer.
  assert.deepEqual(shown(of(status({ phase: 'stopping' }, 60_001))), [])
  assert.deepEqual(shown(of(status({ phase: 'stopping' }, 59_999))), ['sequencer silent'])
  // The sequencer was killed.
  assert.deepEqual(shown(of(status({}, 60_001))), ['sequencer silent'])
})

test('the status of a waiting service shows what it waits for, for how long, and what it does next', () => {
  const wait = { what: 'L1 block 7', sinceMs: nowMs - 9_000, next: 'asks again in 1 s' }
  const states = withServices({
    'da-watcher': status({}),
    derivation: status({ phase: 'waiting', wait }),
  })
  const printed = nodeStatus(states, names)
  assert.deepEqual(printed.advice, [])
  assert.equal(printed.services[1]?.waitsSince, 9)
  assert.match(
    statusLines(printed, 80).join('\n'),
    /derivation +waiting\n +waits for L1 block 7, for 9\.0 s\n +next: asks again/,
  )
})

test('a service is shown as silent after more than 15 s without a report', () => {
  const phaseAt = (ageMs: number) =>
    nodeStatus(withServices({ derivation: status({}, ageMs) }), ['derivation']).services[0]?.phase
  assert.equal(phaseAt(15_000), 'running')
  assert.equal(phaseAt(15_001), 'silent')
})

test('while a service reports, its notices are shown as advice', () => {
  const notices = ['your execution client is too old for fork karst']
  const adviceAt = (ageMs: number) =>
    nodeStatus(withServices({ engine: status({ notices }, ageMs), derivation: status({}) }), [
      'engine',
      'derivation',
    ]).advice
  assert.deepEqual(adviceAt(1_000), notices)
  assert.match(adviceAt(15_001).join(), /^engine stopped writing its status/)
})

test('an L1 head that is more than two minutes old is reported', () => {
  const hash = `0x${'11'.repeat(32)}` as const
  const adviceAt = (seconds: number) => {
    const timestamp = BigInt(nowMs / 1_000 - seconds)
    const head = { hash, number: 5n, parentHash: hash, timestamp } as never
    const l1 = { value: { head, safe: undefined, finalized: undefined }, ageMs: 0 }
    const states = withServices({ 'da-watcher': status({}) })
    return nodeStatus({ ...states, l1 }, ['da-watcher']).advice
  }
  assert.deepEqual(adviceAt(120), [])
  assert.match(adviceAt(121)[0] ?? '', /the head of L1 is 2 min old/)
})

test('when all services are silent, the status says that the node was killed, and shows the age of its heads', () => {
  const hash = `0x${'11'.repeat(32)}` as const
  const head = { hash, number: 5n, parentHash: hash, timestamp: BigInt(nowMs / 1_000) } as never
  const l1 = { value: { head, safe: undefined, finalized: undefined }, ageMs: 180_000 }
  const printed = (ageMs: number) => {
    const services = { 'da-watcher': status({}, 3_600_000), derivation: status({}, ageMs) }
    return nodeStatus({ ...withServices(services), l1, folder: '/node' }, names)
  }
  const killed = printed(15_001)
  assert.equal(killed.running, false)
  assert.equal(killed.advice.length, 1)
  assert.match(killed.advice[0] ?? '', /^the node was killed, .* atoll node --data-dir \/node /)
  assert.match(statusLines(killed, 80)[0] ?? '', /^L1 head .*, reported 3 min ago$/)
  const running = printed(15_000)
  assert.equal(running.running, true)
  assert.doesNotMatch(statusLines(running, 80).join('\n'), /reported 3 min ago/)
})

test('a service that has been stopping for longer than the limit counts as silent', () => {
  const phaseAt = (ageMs: number) =>
    nodeStatus(withServices({ engine: status({ phase: 'stopping' }, ageMs) }), ['engine'])
      .services[0]?.phase
  assert.equal(phaseAt(3_000), 'stopping')
  assert.equal(phaseAt(3_001), 'silent')
})

test('a problem of a disk is the first advice', () => {
  const states = withServices({ derivation: status({}, 60_000), 'da-watcher': status({}) })
  const diskProblems = ['/node: its disk has only 0 bytes free']
  const { advice } = nodeStatus({ ...states, diskProblems }, names)
  assert.match(
    advice[0] ?? '',
    /^\/node: its disk has only 0 bytes free: make room on the disk, .* by itself/,
  )
  assert.match(advice[1] ?? '', /^derivation stopped writing its status/)
})

test('for a service that fails again and again, the status shows the reason, the number of restarts and the time of the last restart', () => {
  const restarted = { reason: 'bad-key: no key', failures: 3, lastMs: nowMs - 4_000 }
  const states = withServices({ 'da-watcher': status({ phase: 'starting', restarted }) })
  const shown = nodeStatus(states, names)
  const text = 'fails again and again: bad-key: no key; 3 restarts, last 4 s ago'
  assert.equal(shown.services[0]?.failing, text)
  assert.ok(statusLines(shown, 120).some((line) => line.trim() === text))
})

test('if a service fails before it can write a status, the advice has the reason from the node', () => {
  const reasons = [
    'derivation fails again and again: one setting is wrong; 3 restarts, last 1 s ago',
  ]
  const states = { ...withServices({ 'da-watcher': status({}) }), reasons }
  assert.ok(nodeStatus(states, names).advice.includes(reasons[0] ?? ''))
})
