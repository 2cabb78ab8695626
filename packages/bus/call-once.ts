import { faultBodyCodec } from '#messages/fault-body.ts'
import type { Call } from '#messages/subject.ts'
import { Fault, remoteFault } from '#runtime/fault.ts'
import { type BusContext, decodeMessage, encodeMessage } from './bus-context.ts'
import { busHeaders } from './bus-headers.ts'
import type { Connection, Incoming } from './connection.ts'

type Context = Pick<BusContext, 'clock' | 'instance' | 'metrics' | 'names' | 'tracing'>

/**
 * Makes a call once.
 *
 * @throws Fault of the handler; `unavailable` if no service serves the call, `timeout` if it does not answer in time,
 * `not-permitted` if this user may not make it, `malformed` if the answer cannot be decoded
 */
export async function callOnce<Request, Response>(
  context: Context,
  call: Call<Request, Response>,
  {
    connection,
    request,
    deadlineMs,
  }: {
    readonly connection: Pick<Connection, 'request'>
    readonly request: Request
    readonly deadlineMs: number
  },
): Promise<Response> {
  const { clock, names, metrics } = context
  const startedMs = clock.monotonicMs()
  const message = encodeMessage(context, call.request, {
    value: request,
    headers: { [busHeaders.deadline]: String(clock.now() + deadlineMs) },
  })
  const subject = names.call(call)
  const reply = await connection.request({ subject, ...message }, { timeoutMs: deadlineMs })
  metrics.called(call.name, (clock.monotonicMs() - startedMs) / 1_000)
  return answerOf(context, call, reply)
}

function answerOf<Request, Response>(
  context: Context,
  call: Call<Request, Response>,
  reply: Incoming,
): Response {
  const fields = { call: call.name }
  if (reply.header(busHeaders.error) !== undefined) {
    const fault = decodeMessage(context, faultBodyCodec, reply)?.value
    if (fault !== undefined) throw remoteFault(fault, fields)
  }
  const decoded = decodeMessage(context, call.response, reply)
  if (decoded !== undefined) return decoded.value
  const detail = 'the answer has the wrong type, or cannot be decoded'
  throw new Fault('malformed', { detail, fields })
}
