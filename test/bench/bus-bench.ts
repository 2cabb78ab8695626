import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { streamsOf } from '#messages/streams.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Tailed } from '#bus/bus.ts'
import { connectNats } from '#bus/nats-connection.ts'
import { provision } from '#bus/provision.ts'
import { bulkEntry } from '#test/bus/bulk-entry.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'
import { TestServer } from '#test/bus/servers.ts'
import type { Arrival } from './bus-peer.ts'
import { names, openSide, raw, rawMessage, rawNumber, type Side } from './bus-side.ts'
import {
  benchSubjects,
  chainHead,
  chainSafe,
  measuredCall,
  measuredLog,
  measuredState,
} from './bus-subjects.ts'
import { machineMs } from './machine-ms.ts'
import { summarise, type Summary } from './statistics.ts'

/** Times of messages of one `kind` and one size, over Atoll's bus and over raw NATS. */
export interface BusResult {
  readonly kind: Kind
  readonly bytes: number
  /** Milliseconds. */
  readonly atoll: Summary
  /** Milliseconds. */
  readonly raw: Summary
  /** Ratio of the medians. */
  readonly ratio: number
}

type Kind = 'state' | 'log' | 'call' | 'four hops'

/** Message sizes, each with a number of rounds that takes some seconds. */
const sizes = [
  { bytes: 1_000, rounds: 1_000 },
  { bytes: 100_000, rounds: 400 },
  { bytes: 1_000_000, rounds: 150 },
] as const

/** Number of warm-up rounds, in which V8 compiles the code. Their times are not counted. */
const warmUpRounds = 50

/** Pause between two messages, so that the bus is idle when the next message is sent. */
const pauseMs = 2

const deadlineMs = 5_000

/**
 * Measures messages between processes, on a real server that stores on disk: one message (a hop) of each kind, and a
 * chain of four hops. Atoll's bus and the bare client library take turns, message by message.
 */
export async function benchBus(
  report: (what: string) => void,
): Promise<{ readonly server: string; readonly results: readonly BusResult[] }> {
  const server = await TestServer.start()
  const peers: ChildProcess[] = []
  try {
    await makeStreams(server.url)
    const derivation = await startPeer(server.url, 'derivation')
    peers.push(derivation, await startPeer(server.url, 'engine'))
    const side = await openSide(server.url, 'da-watcher')
    const results = await measureAll(new BusMeasure(side, derivation), report)
    await side.close()
    return { server: server.found.version, results }
  } finally {
    for (const peer of peers) peer.kill('SIGKILL')
    await server.stop()
  }
}

async function measureAll(
  measure: BusMeasure,
  report: (what: string) => void,
): Promise<readonly BusResult[]> {
  const results: BusResult[] = []
  await measure.begin()
  for (const { bytes, rounds } of sizes)
    for (const kind of ['state', 'log', 'call', 'four hops'] as const) {
      report(`${kind}, ${bytes} bytes, ${rounds} rounds`)
      results.push(await measure.run({ kind, bytes, rounds }))
    }
  return results
}

/** Sends and times the messages. */
class BusMeasure {
  readonly #side: Side
  readonly #derivation: ChildProcess
  readonly #state
  readonly #head
  readonly #waiting = new Map<string, () => void>()
  #number = 0

  constructor(side: Side, derivation: ChildProcess) {
    this.#side = side
    this.#derivation = derivation
    this.#state = side.bus.own(measuredState)
    this.#head = side.bus.own(chainHead)
  }

  /** Subscribes to the last hop of the chain. */
  async begin(): Promise<void> {
    const { bus, client } = this.#side
    void this.#tail(bus.tail(chainSafe, { from: 0n, signal: new AbortController().signal }))
    client.subscribe(raw.log('safe', '*'), {
      callback: (_error, { data }) => this.#waiting.get(`raw ${rawNumber(data)}`)?.(),
    })
    await client.flush()
    await pause(200)
  }

  async run({ kind, bytes, rounds }: { kind: Kind; bytes: number; rounds: number }) {
    const times = { atoll: new Map<number, number>(), raw: new Map<number, number>() }
    for (let round = -warmUpRounds; round < rounds; round++) {
      const number = ++this.#number
      const atoll = await this.#time(() => this.#atoll(kind, number, bytes))
      await pause(pauseMs)
      const bare = await this.#time(() => this.#raw(kind, number, bytes))
      await pause(pauseMs)
      if (round < 0) continue
      times.atoll.set(number, atoll)
      times.raw.set(number, bare)
    }
    // The receiver records when a one-way message arrives.
    const spent =
      kind === 'state' || kind === 'log'
        ? await this.#untilArrival(kind, times)
        : { atoll: [...times.atoll.values()], raw: [...times.raw.values()] }
    const [atoll, bare] = [summarise(spent.atoll), summarise(spent.raw)]
    return { kind, bytes, atoll, raw: bare, ratio: atoll.median / bare.median }
  }

  /** @returns the duration of a call or a chain, or the start time of a one-way message */
  async #time(send: () => Promise<number | void>): Promise<number> {
    const startedMs = machineMs()
    const beganMs = await send()
    return beganMs ?? machineMs() - startedMs
  }

  async #atoll(kind: Kind, number: number, bytes: number): Promise<number | void> {
    const { bus } = this.#side
    const block = bulkEntry(BigInt(number), bytes)
    const beganMs = machineMs()
    switch (kind) {
      case 'state':
        await this.#state.write(block)
        return beganMs
      case 'log':
        await bus.append(measuredLog, block)
        return beganMs
      case 'call':
        await bus.call(measuredCall, block, { deadlineMs })
        return
      case 'four hops':
        await this.#chain(`atoll ${number}`, () => this.#head.write(block))
    }
  }

  async #raw(kind: Kind, number: number, bytes: number): Promise<number | void> {
    const { client, streams } = this.#side
    const data = rawMessage(number, bytes)
    const beganMs = machineMs()
    switch (kind) {
      case 'state':
        await streams.publish(raw.stateStored('measured'), data)
        return beganMs
      case 'log':
        await streams.publish(raw.log('measured', number), data, { msgID: `log/${number}` })
        return beganMs
      case 'call':
        await client.request(raw.call('measured'), data, { timeout: deadlineMs })
        return
      case 'four hops':
        await this.#chain(`raw ${number}`, () => streams.publish(raw.stateStored('head'), data))
    }
  }

  async #chain(end: string, begin: () => Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(end, resolve)
    void begin()
    await promise
    this.#waiting.delete(end)
  }

  async #tail(entries: AsyncIterable<Tailed<L1Block>>): Promise<void> {
    for await (const { value } of entries) this.#waiting.get(`atoll ${value.number}`)?.()
  }

  async #untilArrival(
    kind: 'state' | 'log',
    began: Record<'atoll' | 'raw', ReadonlyMap<number, number>>,
  ): Promise<Record<'atoll' | 'raw', number[]>> {
    await pause(50)
    const collected = once(this.#derivation, 'message')
    this.#derivation.send('collect')
    const [arrivals] = (await collected) as [readonly Arrival[]]
    const spent: Record<'atoll' | 'raw', number[]> = { atoll: [], raw: [] }
    for (const [what, number, atMs] of arrivals) {
      const by = what === kind ? 'atoll' : 'raw'
      const beganMs = began[by].get(number)
      if (beganMs !== undefined) spent[by].push(atMs - beganMs)
    }
    return spent
  }
}

async function makeStreams(url: string): Promise<void> {
  const connection = await connectNats({
    servers: [url],
    role: 'operator',
    name: 'bench',
    onFatal: (fault) => {
      throw fault
    },
  })
  const common = {
    maxAgeMs: undefined,
    maxBytes: 512 * 1024 ** 2,
    whenFull: 'refuse-new',
    duplicateWindowMs: 2_000,
  } as const
  await provision(connection, [
    ...streamsOf(benchSubjects, names),
    {
      ...common,
      name: 'KV_raw',
      subjects: ['$KV.raw.>'],
      messagesPerSubject: 1,
      republish: { source: '$KV.raw.>', destination: 'raw.state.>' },
    },
    {
      ...common,
      name: 'RAW_LOG',
      subjects: ['raw.log.>'],
      messagesPerSubject: 1,
      republish: undefined,
    },
  ])
  await connection.close()
}

async function startPeer(url: string, role: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./bus-peer.ts', import.meta.url))
  const peer = fork(program, [url, role], { serialization: 'advanced' })
  await once(peer, 'message')
  return peer
}
