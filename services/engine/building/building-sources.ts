import { execute, insert, seal, startBuilding } from '#messages/subjects.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { Bus } from '#bus/bus.ts'
import type { Source } from '#service/inbox.ts'
import { type OpenCalls, serving } from '#service/sources.ts'
import type { Event } from '#services/engine/state.ts'

/** The calls of the sequencer, as events. */
export function buildingSources(bus: Bus, calls: OpenCalls): readonly Source<Event>[] {
  return [
    serving(bus, { call: startBuilding, calls }, (request, call) => {
      const { attributes, parent } = request
      const digest = attributesDigest({ parentHash: parent.hash, attributes })
      return { kind: 'building-called', called: { kind: 'start-building', request, call, digest } }
    }),
    serving(bus, { call: seal, calls }, (request, call) => ({
      kind: 'building-called',
      called: { kind: 'seal', request, call },
    })),
    serving(bus, { call: execute, calls }, (request, call) => ({
      kind: 'building-called',
      called: { kind: 'execute', request, call },
    })),
    serving(bus, { call: insert, calls }, (request, call) => ({
      kind: 'building-called',
      called: { kind: 'insert', request, call },
    })),
  ]
}
