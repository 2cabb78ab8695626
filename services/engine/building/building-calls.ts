import type { Payload } from '#protocol/block/payload.ts'
import { Fault } from '#runtime/fault.ts'
import type { CallId } from '#service/sources.ts'
import type { Chain, Effect, State } from '#services/engine/state.ts'
import type { Building, BuildingCall, BuildingDone, BuildingResponse } from './building.ts'

type Stepped = readonly [State, ...(readonly Effect[])]

/** Limit on the calls that wait until no job is running. A further call is refused with the fault `busy`. */
export const maxBuildingCalls = 4

/** Limit on the inserted blocks that are remembered. */
export const maxInsertedBlocks = 16

/** Answers a call of the sequencer if the state has the answer. Otherwise, the call waits for its job. */
export function buildingCalled(state: State, called: BuildingCall): Stepped {
  const answer = answerOf(state, called)
  if (answer !== undefined) return [state, answer]
  const { waiting } = state.building
  if (waiting.length >= maxBuildingCalls) {
    const detail = `${maxBuildingCalls} calls of the sequencer already wait for the execution client`
    return [state, refusal(called, new Fault('busy', { detail }))]
  }
  return [{ ...state, building: { ...state.building, waiting: [...waiting, called] } }]
}

/** Answers the waiting calls that need no job any more, because of a reset, another unsafe head or an equal call. */
export function answerWaiting(state: State): Stepped {
  const waiting: BuildingCall[] = []
  const answers: Effect[] = []
  for (const called of state.building.waiting) {
    const answer = answerOf(state, called)
    if (answer === undefined) waiting.push(called)
    else answers.push(answer)
  }
  if (answers.length === 0) return [state]
  return [{ ...state, building: { ...state.building, waiting } }, ...answers]
}

/** The calls of the sequencer without the first waiting call, whose job starts. */
export function withoutFirst(building: Building): Building {
  return { ...building, waiting: building.waiting.slice(1) }
}

/** Answers the call whose job succeeded. */
export function buildingDone(state: State, done: BuildingDone): Stepped {
  const { building } = state
  if (done.kind === 'insert') return insertDone(state, done)
  const chain = chainFor(state, done)
  // What was built is of no use after the reset that became due during the job.
  const ended = typeof chain === 'string' ? stale(done, chain) : undefined
  if (done.kind === 'start-building') {
    const answer = ended ?? answerTo(done, done.response)
    if (done.response.kind !== 'started') return [state, answer]
    const { attempt, flashblocks } = done.request
    const { payloadId } = done.response
    const started = { digest: done.digest, attempt, epoch: flashblocks?.epoch, payloadId }
    // The forkchoice call with the attributes has also set the current heads.
    const forkchoice = { isForkchoiceDue: false, isForkchoiceFresh: true }
    // The execution client may use a payload id again for another build.
    const next = { ...building, started, sealed: undefined, flashblocks: undefined }
    return [{ ...state, ...forkchoice, building: next }, answer]
  }
  if (done.kind === 'execute') return [state, ended ?? answerTo(done, done.response)]
  const answer = ended ?? answerTo(done, done.response)
  const { payloadId } = done.request
  if (done.response.kind === 'sealed') {
    const sealed = { payloadId, payload: done.response.payload }
    return [{ ...state, building: { ...building, sealed } }, answer]
  }
  // A repeat of the call that started the build must start another build.
  const started = building.started?.payloadId === payloadId ? undefined : building.started
  return [{ ...state, building: { ...building, started } }, answer]
}

/** The effect that refuses a call with a fault. */
export function refusal({ kind: name, call }: BuildingCall, fault: Fault): Effect {
  return { kind: 'refuse', name, call, fault }
}

function insertDone(state: State, done: Extract<BuildingDone, { kind: 'insert' }>): Stepped {
  const { building, chain } = state
  const answer = answerTo(done, done.response)
  if (done.response.kind === 'invalid') {
    const { payload } = done.request
    return [{ ...state, building: withoutSealed(building, payload) }, answer]
  }
  if (chain === undefined) return [state]
  const { block } = done.response
  const next = { ...chain, version: chain.version + 1n, unsafe: block }
  const inserted = [...building.inserted, block].slice(-maxInsertedBlocks)
  const forkchoice = { isBridgeDue: false, isForkchoiceDue: false, isForkchoiceFresh: true }
  return [
    { ...state, ...forkchoice, chain: next, building: { ...building, inserted } },
    { kind: 'write-chain', chain: next },
    answer,
  ]
}

/** Forgets an invalid block and its build. Otherwise, equal attributes would lead to the same block again. */
function withoutSealed(building: Building, { blockHash }: Payload): Building {
  if (building.sealed?.payload.blockHash !== blockHash) return building
  return { ...building, started: undefined, sealed: undefined }
}

/** The answer to a call that needs no job; undefined if the call needs a job. */
function answerOf(state: State, called: BuildingCall): Effect | undefined {
  const chain = chainFor(state, called)
  if (typeof chain === 'string') return stale(called, chain)
  const { inserted, sealed, started } = state.building
  const { unsafe } = chain
  const otherHead = stale(called, `the unsafe head is ${unsafe.number} (${unsafe.hash})`)
  switch (called.kind) {
    case 'start-building': {
      if (called.request.parent.hash !== unsafe.hash) return otherHead
      const { attempt, flashblocks } = called.request
      // A sequencer that leads again goes on from what the leader between has published, not from its earlier build.
      const isSame =
        started?.digest === called.digest &&
        started.attempt === attempt &&
        started.epoch === flashblocks?.epoch
      if (!isSame) return undefined
      return answerTo(called, { kind: 'started', payloadId: started.payloadId })
    }
    case 'seal': {
      const { parent, payloadId, timestamp } = called.request
      if (parent.hash !== unsafe.hash) return otherHead
      const published = publishedBlock(state, called)
      if (published === 'waits') return undefined
      if (published === 'replaced')
        return answerTo(called, { kind: 'stale', reason: 'another builder goes on with the block' })
      if (published !== undefined) return answerTo(called, { kind: 'sealed', payload: published })
      // A restarted client may use a payload id again for another block.
      const isSealed =
        sealed?.payloadId === payloadId &&
        sealed.payload.parentHash === parent.hash &&
        sealed.payload.timestamp === timestamp
      return isSealed ? answerTo(called, { kind: 'sealed', payload: sealed.payload }) : undefined
    }
    case 'execute':
      return called.request.payload.parentHash === unsafe.hash ? undefined : otherHead
    case 'insert': {
      const { blockHash, parentHash } = called.request.payload
      if (blockHash === unsafe.hash) return answerTo(called, { kind: 'inserted', block: unsafe })
      // A block that derivation removed from the chain can be inserted again.
      if (parentHash === unsafe.hash) return undefined
      const block = inserted.find(({ hash }) => hash === blockHash)
      return block === undefined ? otherHead : answerTo(called, { kind: 'inserted', block })
    }
  }
}

/**
 * The block that the flashblocks of a build make. The sequencer gets this block and no other one, since it is published.
 *
 * @returns `waits` while the next flashblock is being made; `replaced` if a newer leader has sent flashblocks of the
 *   block; undefined if no flashblock was made
 */
function publishedBlock(
  { building: { flashblocks }, running }: State,
  { request: { payloadId } }: Extract<BuildingCall, { kind: 'seal' }>,
): Payload | 'replaced' | 'waits' | undefined {
  if (flashblocks?.payloadId !== payloadId) return undefined
  if (flashblocks.isReplaced) return 'replaced'
  if (running?.kind === 'flashblock') return 'waits'
  return flashblocks.newest?.payload
}

/** The chain that a call is about, or the reason why there is no such chain. */
function chainFor(
  { chain, isElSyncing, resetDue }: State,
  { request: { generation } }: BuildingCall,
): Chain | string {
  if (chain === undefined) return 'the engine has no chain yet'
  if (resetDue !== undefined) return 'the engine resets'
  if (isElSyncing) return 'the execution client syncs'
  if (generation !== chain.generation) return `the engine is in generation ${chain.generation}`
  return chain
}

function stale({ kind: name, call }: BuildingCall, reason: string): Effect {
  return { kind: 'answer', name, call, response: { kind: 'stale', reason } }
}

function answerTo<Response extends BuildingResponse>(
  { kind: name, call }: { readonly kind: BuildingCall['kind']; readonly call: CallId<Response> },
  response: NoInfer<Response>,
): Effect {
  return { kind: 'answer', name, call, response }
}
