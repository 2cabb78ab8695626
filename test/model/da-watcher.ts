import type { L1Heads } from '#messages/l1-heads.ts'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { fetchL1Block, l1Heads } from '#messages/subjects.ts'
import { runActor, type Step } from '#service/actor.ts'
import { isFault } from '#runtime/fault.ts'
import { Inbox } from '#service/inbox.ts'
import { ticking } from '#service/sources.ts'
import { refOf } from './model-l1.ts'
import type { ActorContext, L1Port } from './ports.ts'

const pollMs = 200

type Event = { readonly kind: 'tick' } | { readonly kind: 'heads-read'; readonly heads: L1Heads }

type Effect =
  { readonly kind: 'read-heads' } | { readonly kind: 'write-heads'; readonly heads: L1Heads }

const step: Step<L1Heads | undefined, Event, Effect> = (heads, event) => {
  switch (event.kind) {
    case 'tick':
      return [heads, { kind: 'read-heads' }]
    case 'heads-read': {
      const isSame =
        heads?.head.hash === event.heads.head.hash &&
        heads.finalized?.hash === event.heads.finalized?.hash
      return isSame ? [heads] : [event.heads, { kind: 'write-heads', heads: event.heads }]
    }
  }
}

/** The view of L1: states its heads, and serves its blocks. */
export async function runDaWatcher(context: ActorContext, l1: L1Port): Promise<void> {
  const { bus, clock, signal } = context
  const owner = bus.own(l1Heads)
  bus.serve(fetchL1Block, (request) => fetchBlock(l1, request))
  await runActor<L1Heads | undefined, Event, Effect>({
    state: undefined,
    step,
    inbox: new Inbox([ticking<Event>(clock, pollMs, () => ({ kind: 'tick' }))], { signal }),
    perform: async (effect) => {
      switch (effect.kind) {
        case 'read-heads':
          try {
            return [{ kind: 'heads-read', heads: await l1.heads() }]
          } catch (error) {
            if (!isFault(error) || error.severity !== 'temporary') throw error
            return []
          }
        case 'write-heads':
          await owner.write(effect.heads)
          return []
      }
    },
  })
}

async function fetchBlock(
  l1: L1Port,
  { block, parentHash }: FetchL1BlockRequest,
): Promise<FetchL1BlockResponse> {
  const found = block.kind === 'number' ? await l1.blockByNumber(block.number) : undefined
  if (found === undefined) return { kind: 'not-found' }
  return parentHash === undefined || parentHash === found.parentHash
    ? { kind: 'block', block: found }
    : { kind: 'reorged', canonical: refOf(found) }
}
