import { samplePayload, signedMessage } from '#test/fakes/block-messages.ts'
import { decodeWithLibrary, encodeWithLibrary } from '#test/encode/ssz-payload.ts'
import { decodePayload } from '#protocol/p2p/decode-payload.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { summarise, type Summary } from './statistics.ts'

/** The times of one step in Atoll and in its alternative, in milliseconds. */
export interface PayloadResult {
  readonly step: string
  readonly bytes: number
  readonly atoll: Summary
  readonly library: Summary
  readonly ratio: number
}

const rounds = 300
const transactionBytes = 200

/** Measures SSZ of payloads with transactions of 200 bytes, in comparison with @chainsafe/ssz. */
export function benchPayload(report: (what: string) => void): readonly PayloadResult[] {
  return [1, 100, 1_000].flatMap((kilobytes) => {
    report(`payload of ${kilobytes} KB`)
    const count = Math.ceil((kilobytes * 1_000) / transactionBytes)
    const transactions = Array.from({ length: count }, (_, at) =>
      new Uint8Array(transactionBytes).fill(at),
    )
    const payload = { ...samplePayload, transactions }
    const body = signedMessage(4, payload).subarray(65)
    const ssz = body.subarray(32)
    const decode = compare(
      () => decodePayload(4, body),
      () => decodeWithLibrary(4, ssz),
    )
    const encode = compare(
      () => encodePayload(4, payload),
      () => encodeWithLibrary(4, payload),
    )
    return [
      { step: 'decode', bytes: ssz.length, ...decode },
      { step: 'encode', bytes: ssz.length, ...encode },
    ]
  })
}

/** Runs both functions in turn, so that the load of the machine affects both alike. */
function compare(own: () => unknown, other: () => unknown): Omit<PayloadResult, 'step' | 'bytes'> {
  const times = { own: [] as number[], other: [] as number[] }
  for (let round = 0; round < 2 * rounds; round++) {
    // The first half of the rounds warms up the code. Their times are not counted.
    const [ownMs, otherMs] = [timeOf(own), timeOf(other)]
    if (round < rounds) continue
    times.own.push(ownMs)
    times.other.push(otherMs)
  }
  const [atoll, library] = [summarise(times.own), summarise(times.other)]
  return { atoll, library, ratio: atoll.median / library.median }
}

function timeOf(action: () => unknown): number {
  const startedMs = performance.now()
  action()
  return performance.now() - startedMs
}
