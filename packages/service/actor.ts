import type { Tracing } from '#runtime/tracing.ts'
import { Fault, toError } from '#runtime/fault.ts'
import type { Inbox } from './inbox.ts'
import type { OpenCalls } from './sources.ts'

/** Handles one event: returns the next state, then the effects to carry out, in order. */
export type Step<State, Event, Effect> = (
  state: State,
  event: Event,
) => readonly [State, ...(readonly Effect[])]

/** The events that result from an effect, now or later. */
export type Performed<Event> = readonly Event[] | Later<Event>

/** Work that runs while the actor continues. The events that result from the work arrive through the inbox. */
interface Later<Event> {
  readonly later: Promise<readonly Event[]>
  /** Trace context in which the events are delivered; default: the context of the event that caused the work. */
  readonly inContext?: ReturnType<Tracing['capture']>
}

/** The parts of a service: a pure step function, and the function that carries out its effects. */
export interface Actor<State, Event, Effect> {
  readonly state: State
  readonly step: Step<State, Event, Effect>
  readonly inbox: Inbox<Event>
  /** Carries out one effect. */
  readonly perform: (effect: Effect) => Promise<Performed<Event>> | Performed<Event>
  /** Derives status and metrics from each state, before its effects are carried out. */
  readonly observe?: (state: State) => void
  /** The calls that the service serves. Calls that are open when the actor ends are refused. */
  readonly calls?: OpenCalls
}

/**
 * Runs an actor on one event at a time until its inbox ends; returns its last state. Events that `perform` returns
 * directly, and not through `later`, are handled before the next event of the inbox, so no event of the inbox is
 * handled while a step is only half applied.
 *
 * @throws any error of `perform`; the service then stops, and its supervisor restarts it
 */
export async function runActor<State, Event, Effect>({
  state: first,
  step,
  inbox,
  perform,
  observe,
  calls,
}: Actor<State, Event, Effect>): Promise<State> {
  let state = first

  async function handle(message: Event): Promise<void> {
    const events: Event[] = [message]
    // The list grows during iteration: resulting events are appended to the events that are already here.
    for (const event of events) {
      const [next, ...effects] = step(state, event)
      state = next
      observe?.(state)
      for (const effect of effects) {
        const performed = await perform(effect)
        if ('later' in performed) deliverLater(performed)
        else events.push(...performed)
      }
    }
  }

  function deliverLater({ later, inContext = (work) => work() }: Later<Event>): void {
    inContext(() => deliver(later)).catch((error: unknown) => inbox.fail(toError(error)))
  }

  async function deliver(later: Promise<readonly Event[]>): Promise<void> {
    for (const event of await later) void inbox.push(event)
  }

  try {
    for await (const { event, inContext } of inbox) await inContext(() => handle(event))
  } finally {
    calls?.refuseAll(new Fault('aborted'))
  }
  return state
}
