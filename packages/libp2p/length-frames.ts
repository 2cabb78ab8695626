import { DecodeError } from '#protocol/codec/decode-error.ts'
import { joined } from '#protocol/codec/joined.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** Limit on the bytes of a message, without its length. */
export const maxFrameBytes = 16 * 2 ** 20

/** Number of bytes of the length field, which is big-endian. */
const headBytes = 4

/** Puts the length of a message before it. @throws RangeError if it is longer than {@link maxFrameBytes} */
export function encodeLengthFrame(message: Uint8Array): Uint8Array {
  if (message.length > maxFrameBytes)
    throw new RangeError(
      `a message of ${message.length} bytes is longer than ${maxFrameBytes} bytes`,
    )
  const head = new Uint8Array(headBytes)
  new DataView(head.buffer).setUint32(0, message.length)
  return joined([head, message])
}

/**
 * Splits a stream, in which each message follows its length, into the messages. Chunks of the stream may end anywhere.
 */
export class LengthFrameReader {
  readonly #begun = new GrowingBytes()
  /** Length of the message that is being read; undefined while the length itself is being read. */
  #length: number | undefined;

  /**
   * Reads the next chunk. The caller has to iterate to the end.
   *
   * @returns the messages that end in the chunk; a message may be a view into the chunk
   * @throws DecodeError if a message is longer than {@link maxFrameBytes}. Nothing more can be read then
   */
  *read(chunk: Uint8Array): Generator<Uint8Array, void> {
    let rest = chunk
    for (;;) {
      const wanted = this.#length ?? headBytes
      const part = rest.subarray(0, wanted - this.#begun.length)
      rest = rest.subarray(part.length)
      if (this.#begun.length + part.length < wanted) {
        this.#begun.append(part)
        return
      }
      const whole = this.#begun.takeWith(part)
      if (this.#length === undefined) this.#length = lengthIn(whole)
      else {
        this.#length = undefined
        yield whole
      }
    }
  }
}

function lengthIn(head: Uint8Array): number {
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
  if (length > maxFrameBytes)
    throw new DecodeError(`a message of ${length} bytes is longer than ${maxFrameBytes} bytes`)
  return length
}
