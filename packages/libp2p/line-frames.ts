import { isUtf8 } from 'node:buffer'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { joined } from '#protocol/codec/joined.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** Limit on the bytes of a line, without its LF. A full block in JSON is smaller. op-rbuilder has no limit. */
export const maxLineBytes = 16 * 2 ** 20

const lf = 0x0a
const cr = 0x0d

/**
 * Makes a line of a message.
 *
 * @throws RangeError if the message has an LF, which would make two messages of it, or more than {@link maxLineBytes}
 * Source: op-rbuilder, crates/p2p/src/outgoing.rs
 */
export function encodeLine(message: Uint8Array): Uint8Array {
  if (message.includes(lf)) throw new RangeError('a message that is sent as a line has an LF')
  if (message.length > maxLineBytes)
    throw new RangeError(
      `a message of ${message.length} bytes is longer than ${maxLineBytes} bytes`,
    )
  return joined([message, Uint8Array.of(lf)])
}

/** Splits a stream into lines of UTF-8, which end with LF or CR LF. Chunks of the stream may end anywhere. */
export class LineReader {
  /** The line that has begun. */
  readonly #begun = new GrowingBytes();

  /**
   * Reads the next chunk. The caller has to iterate to the end.
   *
   * @returns the lines that end in the chunk, without LF and CR LF; a line may be a view into the chunk
   * @throws DecodeError if a line is not UTF-8, or longer than {@link maxLineBytes}. Nothing more can be read then
   */
  *read(chunk: Uint8Array): Generator<Uint8Array, void> {
    let from = 0
    for (let end = chunk.indexOf(lf); end !== -1; end = chunk.indexOf(lf, from)) {
      const rest = chunk.subarray(from, end)
      from = end + 1
      this.#checkLength(rest)
      yield toMessage(this.#begun.takeWith(rest))
    }
    const rest = chunk.subarray(from)
    this.#checkLength(rest)
    this.#begun.append(rest)
  }

  #checkLength(rest: Uint8Array): void {
    if (this.#begun.length + rest.length > maxLineBytes)
      throw new DecodeError(`a line is longer than ${maxLineBytes} bytes`)
  }
}

function toMessage(line: Uint8Array): Uint8Array {
  if (!isUtf8(line)) throw new DecodeError('a line is not UTF-8')
  return line.at(-1) === cr ? line.subarray(0, -1) : line
}
