import type { Stream } from '@libp2p/interface'
import { systemClock } from '#runtime/clock.ts'

/** Limits on reading or writing a stream. */
export interface StreamLimits {
  /** Timeout for all bytes together. */
  readonly timeoutMs: number
}

/**
 * Reads a number of bytes from a stream, then closes it for reading. Bytes that the other side sends later are
 * discarded.
 *
 * @throws Error if the stream ends earlier, or the bytes do not arrive in time
 */
export async function readBytes(
  stream: Stream,
  count: number,
  { timeoutMs }: StreamLimits,
): Promise<Uint8Array> {
  const bytes = await collect(stream, { timeoutMs, isEnough: (length) => length >= count })
  if (bytes.length < count) throw new Error(`the stream ended after ${bytes.length} bytes`)
  await stream.closeRead()
  return bytes.subarray(0, count)
}

/**
 * Reads a stream to its end.
 *
 * @throws Error if it has more bytes than `maxBytes`, or does not end in time
 */
export async function readToEnd(
  stream: Stream,
  maxBytes: number,
  { timeoutMs }: StreamLimits,
): Promise<Uint8Array> {
  const bytes = await collect(stream, { timeoutMs, isEnough: (length) => length > maxBytes })
  if (bytes.length > maxBytes) throw new Error(`the stream has more than ${maxBytes} bytes`)
  return bytes
}

/**
 * Writes to a stream at the pace of its reader, and closes it.
 *
 * @throws Error if the reader does not read all chunks in time
 */
export async function writeAll(
  stream: Stream,
  chunks: Iterable<Uint8Array>,
  { timeoutMs }: StreamLimits,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  for (const chunk of chunks) if (!stream.send(chunk)) await stream.onDrain({ signal })
  await stream.close({ signal })
}

/**
 * Reads chunks until there are enough bytes or the stream ends. The loop only waits for the next chunk, so that no
 * chunks pile up.
 */
async function collect(
  stream: Stream,
  { timeoutMs, isEnough }: StreamLimits & { readonly isEnough: (length: number) => boolean },
): Promise<Uint8Array> {
  const cancel = systemClock.after(timeoutMs, () =>
    stream.abort(new Error(`not within ${timeoutMs} ms`)),
  )
  try {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of stream) {
      chunks.push(chunk.subarray())
      length += chunk.byteLength
      if (isEnough(length)) break
    }
    return Buffer.concat(chunks)
  } finally {
    cancel()
  }
}
