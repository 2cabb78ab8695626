/**
 * Thrown for malformed data: bytes, JSON, configs, params of requests. Stages of the pipeline and subscriptions catch it and
 * skip the data; RPC methods, the L1 client and readers of files report it.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
