import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { Effect, Event, State } from '#services/engine/state.ts'
import {
  beginFlashblocks,
  continueFlashblocks,
  dueAction,
  type FlashblockBuild,
  made,
  nextIndex,
  opened,
  refused,
} from './flashblock-build.ts'
import type { FlashblockDone, FlashblockJob } from './run-flashblock.ts'
import type { BuildingDone } from '#services/engine/building/building.ts'

type Stepped = readonly [State, ...(readonly Effect[])]

/** Begins a block with flashblocks, if the sequencer asked for them. */
export function flashblocksStarted(
  state: State,
  { request, response, takenOver }: Extract<BuildingDone, { kind: 'start-building' }>,
  nowMs: number,
): Stepped {
  const { chain } = state
  const { flashblocks: times } = request
  if (response.kind !== 'started' || times === undefined || chain === undefined) return [state]
  const { payloadId } = response
  const blockTimeMs = Number(request.attributes.timestamp - chain.unsafe.timestamp) * 1_000
  const begun = beginFlashblocks(request, times, { payloadId, nowMs, blockTimeMs })
  switch (takenOver?.kind) {
    case undefined:
      return [withBuild(state, begun)]
    case 'dropped':
      return [withBuild(state, begun), { kind: 'report-prefix-dropped', dropped: takenOver }]
    case 'taken-over': {
      const { newest: flashblock, prefix } = takenOver
      const { number } = prefix.payload
      return [
        withBuild(state, continueFlashblocks(begun, takenOver, nowMs)),
        { kind: 'publish-flashblock', built: { number, flashblock, epoch: times.epoch } },
        { kind: 'report-taken-over', takenOver },
      ]
    }
  }
}

/** The step that is due for the block with flashblocks. */
export function dueFlashblock({ building, chain }: State): FlashblockJob | undefined {
  const build = building.flashblocks
  if (build === undefined || build.parent.hash !== chain?.unsafe.hash) return undefined
  const action = dueAction(build)
  return action && { kind: 'flashblock', action, build }
}

/** Handles the outcome of a step. */
export function flashblockDone(state: State, done: FlashblockDone): Stepped {
  const build = buildOf(state, done.payloadId)
  if (build === undefined) return [state]
  switch (done.outcome) {
    case 'opened':
      return waiting(withBuild(state, opened(build, done)))
    case 'made': {
      const { flashblock, payload } = done
      return [
        withBuild(state, made(build, done)),
        {
          kind: 'publish-flashblock',
          built: { number: payload.number, flashblock, epoch: build.epoch },
        },
      ]
    }
    case 'refused': {
      const { reason } = done
      const index = nextIndex(build)
      const report: Effect = {
        kind: 'report-flashblock-refused',
        index,
        reason,
        block: build.parent,
      }
      return [withBuild(state, refused(build)), report]
    }
  }
}

/** Limit on the flashblocks of other builders that wait. Beyond it, the earliest one is dropped: it is fetched again. */
const maxReceived = 512

/** A flashblock of another builder waits for its check. */
export function flashblockReceived(state: State, received: ReceivedFlashblock): Stepped {
  const build = state.building.flashblocks
  const isBuiltHere = build !== undefined && build.parent.number + 1n === received.number
  // This node leads. What an earlier leader sends cannot be in the block any more, so it must not be acknowledged.
  if (isBuiltHere && received.epoch < build.epoch) {
    const { diff, index, payloadId } = received.flashblock
    const outcome = { kind: 'refused', reason: 'old-epoch' } as const
    const checked = { payloadId, index, blockHash: diff.blockHash, peer: received.peer, outcome }
    return [state, { kind: 'emit-checked', checked }]
  }
  const kept = { ...state, received: [...state.received, received].slice(-maxReceived) }
  // Another node leads. What this node makes of the block from now on cannot be in it.
  return isBuiltHere && received.epoch > build.epoch
    ? [withBuild(kept, { ...build, isEnded: true, isReplaced: true })]
    : [kept]
}

/** Flashblocks that were waiting are checked. */
export function flashblocksChecked(
  state: State,
  { checked, received }: Extract<Event, { kind: 'flashblocks-checked' }>,
): Stepped {
  const effects = checked.map((each) => ({ kind: 'emit-checked', checked: each }) as const)
  const isStored = checked.some(({ outcome }) => outcome.kind === 'stored')
  const storedAt = isStored ? state.chain?.unsafe.hash : undefined
  const left = state.received.filter((each) => !received.includes(each))
  return [{ ...state, received: left, storedAt }, ...effects]
}

/** The time of the next index has come. */
export function flashblockWoke(state: State, payloadId: Bytes8): State {
  const build = buildOf(state, payloadId)
  return build === undefined ? state : withBuild(state, { ...build, isDue: true })
}

/** Ends the block with flashblocks when its sequencer seals it. */
export function withoutFurtherFlashblocks(state: State, payloadId: Bytes8): State {
  const build = buildOf(state, payloadId)
  return build === undefined ? state : withBuild(state, { ...build, isEnded: true })
}

function waiting(state: State): Stepped {
  const build = state.building.flashblocks
  const [atMs] = build?.dueMs ?? []
  if (build === undefined || atMs === undefined) return [state]
  return [state, { kind: 'wake-flashblock', payloadId: build.payloadId, atMs }]
}

function buildOf({ building }: State, payloadId: Bytes8): FlashblockBuild | undefined {
  return building.flashblocks?.payloadId === payloadId ? building.flashblocks : undefined
}

function withBuild(state: State, flashblocks: FlashblockBuild | undefined): State {
  return { ...state, building: { ...state.building, flashblocks } }
}
