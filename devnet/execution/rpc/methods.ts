/** What a method may ask of the connection that it was called on; see the JSON-RPC server. */
interface SubscribeContext {
  subscribe(start: (notify: (result: unknown) => void) => () => void): string
  unsubscribe(id: string): boolean
}

/** Methods by name, with their parameters as they came. */
export type MethodTable = Readonly<
  Record<string, (params: readonly unknown[], context: SubscribeContext) => unknown>
>
