import type { Tracing } from '#runtime/tracing.ts'
import { toError } from '#runtime/fault.ts'
import type { Inbox } from './inbox.ts'

/** What a service does about one event: its next state, then what to carry out, in order. */
export type Step<State, Event, Effect> = (
  state: State,
  event: Event,
) => readonly [State, ...(readonly Effect[])]

/** What came of an effect: events now, or later. */
export type Performed<Event> = readonly Event[] | Later<Event>

/** Work that the actor does not wait for; its events come like any others. */
interface Later<Event> {
  readonly later: Promise<readonly Event[]>
  /** Context in which its events are delivered; by default that of the event that caused it. */
  readonly inContext?: ReturnType<Tracing['capture']>
}

/** A service's heart: pure decisions, and someone who carries them out. */
export interface Actor<State, Event, Effect> {
  readonly state: State
  readonly step: Step<State, Event, Effect>
  readonly inbox: Inbox<Event>
  /** Carries out one effect. */
  readonly perform: (effect: Effect) => Promise<Performed<Event>> | Performed<Event>
  /** Reads status and metrics off each state, before the effects that come with it are carried out. */
  readonly observe?: (state: State) => void
}

/**
 * Feeds an actor one event at a time until its inbox ends; returns its last state.
 * What came of an effect is handled before the next message, so no message meets a half-applied step.
 *
 * @throws whatever `perform` throws: a service that cannot act stops, and starts over
 */
export async function runActor<State, Event, Effect>({
  state: first,
  step,
  inbox,
  perform,
  observe,
}: Actor<State, Event, Effect>): Promise<State> {
  let state = first

  async function handle(message: Event): Promise<void> {
    const events: Event[] = [message]
    // Grows while it is walked: results queue up behind the events already here.
    for (const event of events) {
      const [next, ...effects] = step(state, event)
      state = next
      observe?.(state)
      for (const effect of effects) {
        const performed = await perform(effect)
        if ('later' in performed) expect(performed)
        else events.push(...performed)
      }
    }
  }

  function expect({ later, inContext = (work) => work() }: Later<Event>): void {
    inContext(() => deliver(later)).catch((error: unknown) => inbox.fail(toError(error)))
  }

  async function deliver(later: Promise<readonly Event[]>): Promise<void> {
    for (const event of await later) void inbox.push(event)
  }

  for await (const { event, inContext } of inbox) await inContext(() => handle(event))
  return state
}
