/** An error that a caller is told with its code. Spec: JSON-RPC 2.0, section 5.1 */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  /** More on it, in JSON. */
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}
