/** Carries spans from one service to the next. `noTracing` costs nothing; the real one is `trace.ts`. */
export interface Tracing {
  /** What a message that is sent now tells of the span it is sent in; undefined: nothing. */
  headers(): Readonly<Record<string, string>> | undefined
  /** Runs `work` in a span that continues the one that the sender told of. */
  receive<Result>(
    name: string,
    header: (name: string) => string | undefined,
    work: () => Result,
  ): Result
  /** Runs `work` in a span that begins a trace, whatever was going on before. */
  begin<Result>(name: string, work: () => Result): Result
  /** Work that is done later, as if it were done now. */
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
