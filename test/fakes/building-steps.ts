import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32, Bytes8 } from '#protocol/primitives.ts'
import type { BuildingCall, BuildingDone } from '#services/engine/building/building.ts'
import { initialState, type State } from '#services/engine/state.ts'
import { blockId, chainAt, hash, l2Ref } from './values.ts'

/** A block whose hash is made from its number, and whose parent is the block below. */
export function block(number: number): L2BlockRef {
  return { ...l2Ref(number), hash: hash(number), parentHash: hash(number - 1) }
}

export function payloadAt(number: number): Payload {
  const { hash: blockHash, parentHash, timestamp } = block(number)
  const payload: Partial<Payload> = { blockHash, parentHash, timestamp, transactions: [] }
  return { ...payload, number: BigInt(number) } as Payload
}

/** An engine without a running or due job: unsafe head 20, safe head 10, finalized head 5, generation 7. */
export function atRest(changes: Partial<State> = {}): State {
  const chain = {
    ...chainAt({ generation: 7n, version: 4n }),
    unsafe: block(20),
    pendingSafe: block(10),
    localSafe: block(10),
    safe: block(10),
    finalized: block(5),
  }
  return { ...initialState, chain, ...changes }
}

/** The payload id with this number. */
export function payloadIdOf(id: number): Bytes8 {
  return `0x${id.toString(16).padStart(16, '0')}` as Bytes8
}

/** The generation and the parent that a call names. */
type Place = Partial<{ readonly generation: bigint; readonly parent: L2BlockRef }>

/** A call that starts the build of attributes with this number; the id of the call is that number, too. */
export function start(id: number, changes: Place & { readonly attempt?: bigint } = {}) {
  const attributes = {} as PayloadAttributes
  const request = { generation: 7n, parent: blockId(20), attributes, attempt: 0n, ...changes }
  const digest = hash(id) as string as Bytes32
  return { kind: 'start-building', call: id, digest, request } as const satisfies BuildingCall
}

/** A call that seals the block 21 with this payload id. */
export function seal(id: number, changes: Place & { readonly timestamp?: bigint } = {}) {
  const { timestamp } = block(21)
  const payloadId = payloadIdOf(id)
  const request = { generation: 7n, parent: blockId(20), payloadId, timestamp, ...changes }
  return { kind: 'seal', call: id, request } as const satisfies BuildingCall
}

/** A call that executes the block with this number. */
export function execute(number: number, changes: Place = {}) {
  return { ...insert(number, changes), kind: 'execute' } as const satisfies BuildingCall
}

/** A call that inserts the block with this number. */
export function insert(number: number, { generation = 7n, parent }: Place = {}) {
  const payload = payloadAt(number)
  const { hash: parentHash } = parent ?? { hash: payload.parentHash }
  const request = { generation, payload: { ...payload, parentHash } }
  return { kind: 'insert', call: number, request } as const satisfies BuildingCall
}

export function started(id: number): BuildingDone {
  return { ...start(id), response: { kind: 'started', payloadId: payloadIdOf(id) } }
}

export function sealed(id: number): BuildingDone {
  return { ...seal(id), response: { kind: 'sealed', payload: payloadAt(21) } }
}

export function executed(number: number): BuildingDone {
  return { ...execute(number), response: { kind: 'valid' } }
}

export function inserted(number: number): BuildingDone {
  return { ...insert(number), response: { kind: 'inserted', block: block(number) } }
}
