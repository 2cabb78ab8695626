import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { inboxPrefix } from '#messages/bus-names.ts'
import { type BusRole, busRoles, isLeased, serviceNames } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import { serviceOf, type Subject } from '#messages/subject.ts'
import { subjects } from '#messages/subjects.ts'
import type { Connection } from '#bus/connection.ts'
import { connectRole } from '#bus/connect-service.ts'
import { provision } from '#bus/provision.ts'
import { type Fault, isFault } from '#runtime/fault.ts'
import { busKeyFile, ensureBusKeys } from '#runtime/keys/nkey.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BusNames } from '#messages/bus-names.ts'
import { pause, text } from './conformance/raw-client.ts'
import { TestServer } from './servers.ts'

// Each role tries every operation on a real server. Only the operations that the table of subjects permits succeed.

const names = new BusNames({ chainId: 10n, node: 'main' })
const specs = streamsOf(subjects, names)
let server: TestServer
let folder: string
const clients = new Map<BusRole, { client: Connection; refused: Fault[] }>()

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atoll-keys-'))
  const keys = await ensureBusKeys(folder)
  const publicKeys = new Map([...keys].map(([role, { publicKey }]) => [role, publicKey]))
  server = await TestServer.start({ users: { names, subjects, publicKeys } })
  for (const role of busRoles) {
    const refused: Fault[] = []
    const client = await connectRole(role, {
      natsUrls: [server.url],
      natsSeedFile: busKeyFile(folder, role),
      natsCaFile: undefined,
      name: 'test',
      onFatal: (fault) => refused.push(fault),
    })
    clients.set(role, { client, refused })
  }
  await provision(clientOf('provision'), specs)
})

after(async () => {
  await Promise.all([...clients.values()].map(({ client }) => client.close()))
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

function clientOf(role: BusRole): Connection {
  const entry = clients.get(role)
  if (entry === undefined) throw new Error(role)
  return entry.client
}

/** Whether a role may publish: true for any outcome except a denial. */
async function mayPublish(role: BusRole, subject: string): Promise<boolean> {
  try {
    await clientOf(role).request({ subject, data: text('{}') }, { timeoutMs: 2_000 })
    return true
  } catch (error) {
    if (!isFault(error)) throw error
    return error.code !== 'not-permitted'
  }
}

/** Whether a role may subscribe. A denial arrives asynchronously. */
async function maySubscribe(role: BusRole, subject: string, queue?: string): Promise<boolean> {
  const { client, refused } = clients.get(role) ?? assert.fail(role)
  refused.length = 0
  const options = { onMessage: () => undefined, ...(queue !== undefined && { queue }) }
  const subscription = client.subscribe(subject, options)
  // A request makes a round trip on the same connection. A denial would arrive before its answer.
  await mayPublish(role, `${inboxPrefix(role)}.nothing`)
  await pause(5)
  subscription.unsubscribe()
  return refused.length === 0
}

/** All operations on a subject, with the roles that may do them. */
function attempts(subject: Subject) {
  const owner = serviceOf(subject)
  const isOwner = (role: BusRole) => role === owner
  const reads = (role: BusRole) =>
    subject.kind !== 'call' && (subject.readers as readonly BusRole[]).includes(role)
  const looks = (role: BusRole) => isOwner(role) || reads(role) || role === 'operator'
  const publish = (name: string, expected: (role: BusRole) => boolean) => ({
    what: `publish ${name}`,
    expected,
    attempt: (role: BusRole) => mayPublish(role, name),
  })
  const subscribe = (name: string, expected: (role: BusRole) => boolean) => ({
    what: `subscribe ${name}`,
    expected,
    attempt: (role: BusRole) => maySubscribe(role, name),
  })
  switch (subject.kind) {
    case 'state': {
      const stored = names.stateStored(subject, 'x')
      return [
        publish(stored, isOwner),
        publish(`$JS.API.DIRECT.GET.${names.stateStream(subject)}.${stored}`, looks),
        subscribe(names.stateUpdates(subject, '*'), reads),
      ]
    }
    case 'log': {
      const entry = names.logEntry(subject, 7n)
      return [
        publish(entry, isOwner),
        publish(`$JS.API.DIRECT.GET.${names.logStream(subject.stream)}.${entry}`, looks),
        subscribe(names.logEntry(subject, '*'), reads),
      ]
    }
    case 'call':
      return [
        publish(names.call(subject), (role) =>
          (subject.callers as readonly BusRole[]).includes(role),
        ),
        subscribe(names.call(subject), isOwner),
      ]
    case 'signal':
      return [publish(names.signal(subject), isOwner), subscribe(names.signal(subject), reads)]
  }
}

for (const subject of subjects) {
  test(`only permitted roles can use the ${subject.kind} ${subject.name}`, async () => {
    for (const { what, expected, attempt } of attempts(subject))
      for (const role of busRoles)
        assert.equal(await attempt(role), expected(role), `${role}: ${what}`)
  })
}

test('only the service of a lease can write the lease, and only this service and an operator can read the lease', async () => {
  for (const service of serviceNames) {
    const key = names.lease(service)
    for (const role of busRoles) {
      const isOwn = role === service && isLeased(service)
      assert.equal(await mayPublish(role, key), isOwn, `${role} writes ${key}`)
      const read = `$JS.API.DIRECT.GET.${names.leaseStream}.${key}`
      assert.equal(
        await mayPublish(role, read),
        isOwn || role === 'operator',
        `${role} reads ${key}`,
      )
    }
  }
})

test('only the role provision can create streams; no role can delete, purge, restore or consume a stream', async () => {
  for (const { name } of specs) {
    for (const role of busRoles) {
      const isProvision = role === 'provision'
      const may = (verb: string) => mayPublish(role, `$JS.API.STREAM.${verb}.${name}`)
      assert.equal(await may('CREATE'), isProvision, `${role} creates ${name}`)
      assert.equal(await may('UPDATE'), isProvision, `${role} updates ${name}`)
      assert.equal(
        await may('INFO'),
        isProvision || role === 'operator',
        `${role} looks at ${name}`,
      )
      for (const verb of ['DELETE', 'PURGE', 'SNAPSHOT', 'RESTORE', 'MSG.DELETE', 'MSG.GET'])
        assert.equal(await may(verb), false, `${role} ${verb} ${name}`)
      const consumer = `$JS.API.CONSUMER.CREATE.${name}`
      assert.equal(await mayPublish(role, consumer), false, `${role} consumes ${name}`)
    }
  }
  assert.equal(await mayPublish('provision', '$JS.API.STREAM.CREATE.OTHER'), false)
})

test('no role can subscribe to the inbox of another role, or to a wildcard over all subjects', async () => {
  for (const role of busRoles) {
    for (const other of busRoles)
      assert.equal(await maySubscribe(role, `${inboxPrefix(other)}.>`), role === other, role)
    for (const all of ['>', 'atoll.>', 'atoll.10.main.>', '$KV.>', '$JS.>', '$SYS.>'])
      assert.equal(await maySubscribe(role, all), false, `${role} ${all}`)
  }
})

test('only the receiver of a request may reply, and only to its reply subject', async () => {
  const engine = clientOf('engine')
  const answered = engine.subscribe('atoll.10.main.call.engine.reset', {
    onMessage: ({ respond }) => respond?.({ data: text('yes') }),
  })
  await pause(50)
  const subject = 'atoll.10.main.call.engine.reset'
  const reply = await clientOf('derivation').request(
    { subject, data: text('') },
    { timeoutMs: 500 },
  )
  assert.equal(new TextDecoder().decode(reply.data), 'yes')
  answered.unsubscribe()
  assert.equal(await mayPublish('engine', `${inboxPrefix('rpc')}.guess`), false)
})

test('a user without a key, or with a key that the server does not know, is refused', async () => {
  const connect = (natsSeedFile: string | undefined) =>
    connectRole('rpc', {
      natsUrls: [server.url],
      natsSeedFile,
      natsCaFile: undefined,
      name: 'test',
      onFatal: () => undefined,
    })
  await assert.rejects(connect(undefined), { code: 'not-permitted', severity: 'critical' })
  const strange = await mkdtemp(join(tmpdir(), 'atoll-keys-'))
  await ensureBusKeys(strange)
  await assert.rejects(connect(busKeyFile(strange, 'rpc')), { code: 'not-permitted' })
  await rm(strange, { recursive: true, force: true })
})

test('if a busy server closes a connection because the client authenticates too late, the client connects again', async (t) => {
  let hangUps = 2
  const { hostname, port } = new URL(server.url)
  const impatient = createServer((client) => {
    client.on('error', () => undefined)
    if (hangUps === 0) {
      const real = connectTo(Number(port), hostname)
      client.pipe(real).pipe(client)
      client.once('close', () => real.destroy())
      return
    }
    hangUps--
    client.write('INFO {"server_id":"a","version":"2.15.2","max_payload":12582912,"nonce":"b"}\r\n')
    client.once('data', () => client.end("-ERR 'Authentication Timeout'\r\n"))
  }).listen(0, '127.0.0.1')
  t.after(() => impatient.close())
  await once(impatient, 'listening')
  const waits: string[] = []
  const connection = await connectRole('rpc', {
    natsUrls: [`nats://127.0.0.1:${(impatient.address() as AddressInfo).port}`],
    natsSeedFile: busKeyFile(folder, 'rpc'),
    natsCaFile: undefined,
    name: 'test',
    onWait: ({ message }) => waits.push(message),
    onFatal: (error) => assert.fail(error),
  })
  await connection.close()
  assert.equal(waits.length, 2)
  assert.match(waits[0] ?? '', /unavailable: no NATS server answers at .*Authentication Timeout/u)
})
