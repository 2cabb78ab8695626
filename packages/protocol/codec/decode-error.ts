/**
 * Thrown for malformed data: bytes, JSON, configs, params of requests. Subscriptions and stages of the pipeline catch
 * it and skip the data; RPC methods, the L1 client and readers of files report it.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
