import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api'
import type { Tracing } from './tracing.ts'

const tracerName = 'atoll'

/** Tracing through the OpenTelemetry API; spans go to the provider that is registered. */
export const otelTracing: Tracing = {
  headers: () => {
    const headers: Record<string, string> = {}
    propagation.inject(context.active(), headers)
    return headers
  },
  receive: (name, header, work) => {
    const parent = propagation.extract(ROOT_CONTEXT, header, {
      get: (get, key) => get(key),
      keys: () => ['traceparent', 'tracestate'],
    })
    return inSpan(name, { kind: SpanKind.CONSUMER, parent }, work)
  },
  begin: (name, work) => inSpan(name, { kind: SpanKind.INTERNAL, parent: ROOT_CONTEXT }, work),
  capture: () => {
    const captured = context.active()
    return (work) => context.with(captured, work)
  },
}

function inSpan<Result>(
  name: string,
  { kind, parent }: { readonly kind: SpanKind; readonly parent: Context },
  work: () => Result,
): Result {
  return trace.getTracer(tracerName).startActiveSpan(name, { kind }, parent, (span) => {
    const failed = () => {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    }
    try {
      const result = work()
      if (result instanceof Promise) void result.then(() => span.end(), failed)
      else span.end()
      return result
    } catch (error) {
      failed()
      throw error
    }
  })
}

/** A provider of spans that can be shut down, so that the last spans are sent. */
export interface StoppableProvider extends TracerProvider {
  shutdown(): Promise<void>
}

/**
 * Starts sending spans to an OTLP collector. The libraries are loaded only here, so that a service without tracing
 * does not spend 0.13 s on loading them.
 */
export async function startTracing(
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<StoppableProvider> {
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(fields),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  provider.register()
  return provider
}
