import { flashblockOf } from '#protocol/flashblock/proposal.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { Effect, State } from '#services/engine/state.ts'
import {
  beginFlashblocks,
  dueAction,
  type FlashblockBuild,
  made,
  opened,
  refused,
} from './flashblock-build.ts'
import type { FlashblockDone, FlashblockJob } from './run-flashblock.ts'
import type { BuildingDone } from '#services/engine/building/building.ts'

type Stepped = readonly [State, ...(readonly Effect[])]

/** Begins a block with flashblocks, if the sequencer asked for them. */
export function flashblocksStarted(
  state: State,
  { request, response }: Extract<BuildingDone, { kind: 'start-building' }>,
  nowMs: number,
): State {
  const { chain } = state
  const { flashblocks: times } = request
  if (response.kind !== 'started' || times === undefined || chain === undefined) return state
  const { payloadId } = response
  const blockTimeMs = Number(request.attributes.timestamp - chain.unsafe.timestamp) * 1_000
  return withBuild(state, beginFlashblocks(request, times, { payloadId, nowMs, blockTimeMs }))
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
      return waiting(withBuild(state, opened(build, done.open)))
    case 'made': {
      const { payload } = done
      const next = made(build, payload)
      const place = { ...build, index: build.newest?.index ?? -1, before: build.newest?.payload }
      const flashblock = flashblockOf(payload, { ...place, index: place.index + 1 })
      return [
        withBuild(state, next),
        { kind: 'publish-flashblock', number: payload.number, flashblock },
      ]
    }
    case 'refused': {
      const { reason } = done
      const index = (build.newest?.index ?? -1) + 1
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
