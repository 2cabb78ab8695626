import fc, { type Arbitrary } from 'fast-check'
import {
  type ChangePeerRequest,
  type ChangePeerResponse,
  peerChanges,
} from '#messages/change-peer.ts'
import type { FetchPeersRequest, FetchPeersResponse, Peer } from '#messages/fetch-peers.ts'

const record = <Fields>(fields: { [Name in keyof Fields]: Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { noNullPrototype: true })
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const maybe = <Value>(value: Arbitrary<Value>) => fc.option(value, { nil: undefined })
const few = <Value>(value: Arbitrary<Value>) => fc.array(value, { maxLength: 3 })

/** A decimal fraction. Zero has no sign on the wire. */
const fraction = fc.double({ noNaN: true }).map((value) => (value === 0 ? 0 : value))

const peer: Arbitrary<Peer> = record({
  id: fc.string(),
  agent: fc.string(),
  protocolVersion: fc.string(),
  record: fc.string(),
  addresses: few(fc.string()),
  protocols: few(fc.string()),
  isConnected: fc.boolean(),
  direction: fc.constantFrom('unknown', 'inbound', 'outbound'),
  isProtected: fc.boolean(),
  latencyMs: fraction,
  gossips: fc.boolean(),
  scores: record({
    total: fraction,
    timeInMesh: fraction,
    firstMessageDeliveries: fraction,
    meshMessageDeliveries: fraction,
    invalidMessageDeliveries: fraction,
    ipColocationFactor: fraction,
    behavioralPenalty: fraction,
    validResponses: fraction,
    errorResponses: fraction,
    rejectedPayloads: fraction,
  }),
})

export const fetchPeersRequest: Arbitrary<FetchPeersRequest> = record({ areKnown: fc.boolean() })

export const fetchPeersResponse: Arbitrary<FetchPeersResponse> = record({
  self: peer,
  peers: few(peer),
  known: count,
  topicPeers: few(count),
  table: maybe(few(fc.string())),
  blockedPeers: few(fc.string()),
  blockedIps: few(fc.string()),
  blockedSubnets: few(fc.string()),
  bans: few(
    record({
      kind: fc.constantFrom('peer' as const, 'ip' as const),
      name: fc.string(),
      untilMs: count,
      reason: fc.string(),
    }),
  ),
})

export const changePeerRequest: Arbitrary<ChangePeerRequest> = record({
  change: fc.constantFrom(...peerChanges),
  name: fc.string(),
})

export const changePeerResponse: Arbitrary<ChangePeerResponse> = record({
  refusal: maybe(fc.string({ minLength: 1 })),
  isUnchanged: fc.boolean(),
})
