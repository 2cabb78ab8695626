import { faultBodyCodec } from '#messages/fault-body.ts'
import type { Call } from '#messages/subject.ts'
import { Fault, isFault, toError } from '#runtime/fault.ts'
import { type BusContext, decodeMessage, encodeMessage } from './bus-context.ts'
import { busHeaders } from './bus-headers.ts'
import { maxCallBytesInFlight, maxCallsInFlight } from './bus-limits.ts'
import type { Subscribed } from './bus.ts'
import type { Incoming } from './connection.ts'

/** Serves a call. Drops requests past their deadline, and limits the number of requests that are handled at a time. */
export function serveCall<Request, Response>(
  context: BusContext,
  call: Call<Request, Response>,
  handler: (request: Request) => Promise<Response>,
): Subscribed {
  const { clock, metrics, names, service, tracing } = context
  let inFlight = 0
  let bytesInFlight = 0

  async function answer(message: Incoming, request: Request): Promise<void> {
    inFlight++
    bytesInFlight += message.data.length
    try {
      const value = await handler(request)
      message.respond?.(encodeMessage(context, call.response, { value }))
    } catch (error) {
      respondFault(context, message, toFault(error))
      if (!isFault(error)) context.onFatal(toError(error))
    } finally {
      inFlight--
      bytesInFlight -= message.data.length
    }
  }

  const subscription = context[call.traffic].subscribe(names.call(call), {
    queue: service,
    onMessage: (message) => {
      const deadlineMs = Number.parseInt(message.header(busHeaders.deadline) ?? '', 10)
      if (deadlineMs < clock.now()) {
        metrics.droppedExpired()
        return
      }
      if (Number.isNaN(deadlineMs)) metrics.refused('malformed')
      const decoded = Number.isNaN(deadlineMs)
        ? undefined
        : decodeMessage(context, call.request, message)
      if (decoded === undefined) {
        respondFault(context, message, notUnderstood(call))
        return
      }
      const { length } = message.data
      if (inFlight >= maxCallsInFlight || bytesInFlight + length > maxCallBytesInFlight) {
        metrics.refused('busy')
        respondFault(context, message, new Fault('busy'))
        return
      }
      void tracing.receive(call.name, message.header, () => answer(message, decoded.value))
    },
  })
  return { stop: () => subscription.unsubscribe() }
}

function notUnderstood({ request }: Call<unknown, unknown>): Fault {
  return new Fault('malformed', {
    detail: `the request is not a valid ${request.type} with a deadline`,
  })
}

function toFault(error: unknown): Fault {
  return isFault(error) ? error : new Fault('internal', { cause: error })
}

function respondFault(context: BusContext, message: Incoming, fault: Fault): void {
  const { code, severity, detail = '' } = fault
  message.respond?.(
    encodeMessage(context, faultBodyCodec, {
      value: { code, severity, detail },
      headers: { [busHeaders.error]: code },
    }),
  )
}
