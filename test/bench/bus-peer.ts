/** The receiving ends of `bus-bench.ts`, each a separate process: `node bus-peer.ts URL derivation|engine`. */
import { bulkEntry } from '#test/bus/bulk-entry.ts'
import { openSide, raw, rawMessage, rawNumber, type Side } from './bus-side.ts'
import {
  chainApply,
  chainHead,
  chainSafe,
  chainState,
  measuredCall,
  measuredLog,
  measuredState,
} from './bus-subjects.ts'
import { machineMs } from './machine-ms.ts'

/** Arrival of a message: its kind, its number, and the time by `machineMs`. */
export type Arrival = readonly [kind: string, number: number, atMs: number]

const answerBytes = 100
const deadlineMs = 5_000
const untilEnd = new AbortController().signal

const arrivals: Arrival[] = []

function arrived(kind: string, number: bigint | number): void {
  arrivals.push([kind, Number(number), machineMs()])
}

const [, , url = '', role] = process.argv
const side = await openSide(url, role === 'engine' ? 'engine' : 'derivation')
if (role === 'engine') answerCalls(side)
else relay(side)
await side.client.flush()
process.on('message', () => process.send?.(arrivals.splice(0)))
process.send?.('ready')

function answerCalls({ bus, client, streams }: Side): void {
  const answer = async ({ number }: { readonly number: bigint }) => bulkEntry(number, answerBytes)
  bus.serve(measuredCall, answer)
  const chain = bus.own(chainState)
  bus.serve(chainApply, async (block) => {
    void chain.write(block)
    return answer(block)
  })
  client.subscribe(raw.call('measured'), {
    callback: (_error, message) => void message.respond(rawMessage(0, answerBytes)),
  })
  client.subscribe(raw.call('chain'), {
    callback: (_error, message) => {
      void streams.publish(raw.stateStored('chain'), message.data)
      message.respond(rawMessage(0, answerBytes))
    },
  })
}

function relay({ bus, client, streams }: Side): void {
  bus.follow(measuredState, ({ number }) => arrived('state', number))
  void follow(side)
  bus.follow(chainHead, (block) => void bus.call(chainApply, block, { deadlineMs }))
  bus.follow(chainState, (block) => void bus.append(chainSafe, block))
  client.subscribe(raw.stateUpdates('measured'), {
    callback: (_error, { data }) => arrived('raw state', rawNumber(data)),
  })
  client.subscribe(raw.log('measured', '*'), {
    callback: (_error, { data }) => arrived('raw log', rawNumber(data)),
  })
  client.subscribe(raw.stateUpdates('head'), {
    callback: (_error, { data }) =>
      void client.request(raw.call('chain'), data, { timeout: deadlineMs }),
  })
  client.subscribe(raw.stateUpdates('chain'), {
    callback: (_error, { data }) =>
      void streams.publish(raw.log('safe', rawNumber(data)), data, { msgID: rawId(data) }),
  })
}

async function follow({ bus }: Side): Promise<void> {
  const entries = bus.tail(measuredLog, { from: 0n, signal: untilEnd })
  for await (const { value } of entries) arrived('log', value.number)
}

function rawId(data: Uint8Array): string {
  return `safe/${rawNumber(data)}`
}
