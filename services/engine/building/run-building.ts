import { fromHex, toBytes8 } from '#protocol/codec/hex.ts'
import { checkPayload } from '#services/engine/apply/check-payload.ts'
import { insertPayload } from '#services/engine/apply/insert-payload.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { type Heads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { BuildPorts } from '#services/engine/ports.ts'
import { takeOver } from '#services/engine/flashblocks/take-over.ts'
import type { BuildingCall, BuildingDone } from './building.ts'

/** Carries out a call of the sequencer. @throws Fault `engine-syncing` if the execution client lacks the unsafe head */
export async function runBuilding(
  called: BuildingCall,
  { heads, nowMs }: { readonly heads: Heads; readonly nowMs: number },
  ports: BuildPorts,
): Promise<BuildingDone> {
  const { executionClient } = ports
  switch (called.kind) {
    case 'start-building': {
      const { flashblocks } = called.request
      const takenOver = await takeOver(called.request, { heads, nowMs }, ports)
      if (takenOver?.kind === 'taken-over') {
        const { payloadId } = takenOver.prefix
        return { ...called, response: { kind: 'started', payloadId }, takenOver }
      }
      // Index 0 has the deposits only, so that it can be published at once.
      const attributes =
        flashblocks === undefined
          ? called.request.attributes
          : { ...called.request.attributes, noTxPool: true }
      const status = await executionClient.build(toForkchoice(heads), attributes)
      if (status.kind === 'syncing') throw lacksHead(heads)
      if (status.kind === 'invalid') return { ...called, response: status }
      const payloadId = toBytes8(fromHex(status.payloadId))
      return { ...called, response: { kind: 'started', payloadId }, takenOver }
    }
    case 'seal': {
      const { payloadId, timestamp } = called.request
      const payload = await executionClient.getPayload(payloadId, timestamp)
      if (payload === undefined) return { ...called, response: { kind: 'unknown-payload' } }
      return { ...called, response: { kind: 'sealed', payload } }
    }
    case 'execute':
      return { ...called, response: await checkPayload(called.request.payload, ports) }
    case 'insert': {
      const inserted = await insertPayload(called.request.payload, heads, ports)
      if (inserted.kind === 'syncing') throw lacksHead(heads)
      if (inserted.kind === 'inserted') return { ...called, response: inserted }
      return { ...called, response: { kind: 'invalid', reason: inserted.reason } }
    }
  }
}

function lacksHead({ unsafe }: Heads) {
  return syncingFault(`block ${unsafe.number}, the unsafe head`)
}
