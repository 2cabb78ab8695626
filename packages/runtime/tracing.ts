/** Carries traces from one service to the next. `noTracing` costs nothing; the real implementation is `otelTracing`. */
export interface Tracing {
  /** Headers for a message sent in the current span; undefined without tracing. */
  headers(): Readonly<Record<string, string>> | undefined
  /** Runs `work` in a span that continues the span of the sender. */
  receive<Result>(
    name: string,
    header: (name: string) => string | undefined,
    work: () => Result,
  ): Result
  /** Runs `work` in a span that begins a new trace. */
  begin<Result>(name: string, work: () => Result): Result
  /** Captures the current context; the returned function runs work in it later. */
  capture(): <Result>(work: () => Result) => Result
}

/** Traces nothing. */
export const noTracing: Tracing = {
  headers: () => undefined,
  receive: (_name, _header, work) => work(),
  begin: (_name, work) => work(),
  capture: () => runDirectly,
}

function runDirectly<Result>(work: () => Result): Result {
  return work()
}
