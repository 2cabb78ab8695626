import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ServiceName, serviceNames } from './services.ts'
import { type Subject, serviceOf } from './subject.ts'
import { subjects } from './subjects.ts'

/** The services that each service calls. */
function callsOf(table: readonly Subject[]): ReadonlyMap<ServiceName, ReadonlySet<ServiceName>> {
  const calls = new Map(serviceNames.map((service) => [service, new Set<ServiceName>()]))
  for (const subject of table)
    if (subject.kind === 'call')
      for (const caller of subject.callers)
        if (caller !== 'operator') calls.get(caller)?.add(serviceOf(subject))
  return calls
}

/** A cycle of calls, as the services along it; undefined if there is none. */
function cycleIn(table: readonly Subject[]): readonly ServiceName[] | undefined {
  const calls = callsOf(table)
  const visit = (path: readonly ServiceName[]): readonly ServiceName[] | undefined => {
    for (const callee of calls.get(path.at(-1) ?? 'rpc') ?? []) {
      if (path.includes(callee)) return [...path, callee]
      const found = visit([...path, callee])
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const service of serviceNames) {
    const found = visit([service])
    if (found !== undefined) return found
  }
  return undefined
}

test('calls form no cycle, so no services can wait for each other', () => {
  assert.equal(cycleIn(subjects), undefined)
})

test('a cycle of calls is found', () => {
  const [call] = subjects.filter((subject) => subject.kind === 'call')
  assert.ok(call)
  const back: Subject = { ...call, name: 'derivation.ask-back', callers: ['da-watcher'] }
  assert.deepEqual(cycleIn([...subjects, back]), ['da-watcher', 'derivation', 'da-watcher'])
})

test('each subject has its own name, which begins with the service that publishes or serves the subject', () => {
  const names = subjects.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const subject of subjects) assert.ok(serviceNames.includes(serviceOf(subject)), subject.name)
})

test('a service reads or calls no subject of its own, except for its status, the log level, and what it restores after a restart', () => {
  const ownSubjects = subjects.filter((subject) => {
    const users = subject.kind === 'call' ? subject.callers : subject.readers
    return users.includes(serviceOf(subject))
  })
  const names = ownSubjects.map(({ name }) => name).filter((name) => !name.endsWith('.status'))
  assert.deepEqual(names.toSorted(), ['flashblock-p2p.flashblock-received', 'rpc.log-level'])
})

test('every subject has a summary', () => {
  for (const { name, summary } of subjects) assert.match(summary, /^[A-Z].*\.$/, name)
})
