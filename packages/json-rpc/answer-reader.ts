import type { Dispatcher } from 'undici'

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

/** Limit on the bytes that are read of an error page. */
const maxErrorBytes = 1_024

/**
 * Reads an answer as it arrives, up to a limit. This is our own reader, because undici's streams and signals cost more
 * than the rest of a small call: they take 0.24 ms of processor time. This reader takes 0.06 ms.
 */
export class AnswerReader implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer>
  readonly #settle = Promise.withResolvers<HttpAnswer>()
  readonly #maxBytes: number
  readonly #onTooLarge: () => Error
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status = 0
  #headers: HttpAnswer['headers'] = {}
  #controller: Dispatcher.DispatchController | undefined
  #aborted: Error | undefined

  /** @param maxBytes limit on an answer with status 200 @param onTooLarge makes the error for a larger answer */
  constructor(maxBytes: number, onTooLarge: () => Error) {
    this.answer = this.#settle.promise
    this.#maxBytes = maxBytes
    this.#onTooLarge = onTooLarge
  }

  /** Rejects `answer` with the reason, whether or not the request was sent. */
  abort(reason: Error): void {
    this.#aborted ??= reason
    this.#settle.reject(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#aborted !== undefined) controller.abort(this.#aborted)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    this.#chunks.push(chunk)
    if (this.#status !== 200) {
      if (this.#bytes >= maxErrorBytes) this.#end()
    } else if (this.#bytes > this.#maxBytes) this.abort(this.#onTooLarge())
  }

  onResponseEnd(): void {
    this.#end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle.reject(error)
  }

  #end(): void {
    const text = Buffer.concat(this.#chunks).toString('utf8')
    this.#settle.resolve({ status: this.#status, headers: this.#headers, text })
    // The rest of an error page is not needed.
    if (this.#status !== 200) this.#controller?.abort(new Error('read'))
  }
}
