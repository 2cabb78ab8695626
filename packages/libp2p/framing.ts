import { encodeLengthFrame, LengthFrameReader } from './length-frames.ts'
import { encodeLine, LineReader } from './line-frames.ts'

/** How the messages of a protocol follow each other on a stream: as lines, or each after its length. */
export type FramingName = 'lines' | 'length'

/** Splits a stream into messages. */
interface FrameReader {
  /** Reads the next chunk, and returns the messages that end in it. @throws DecodeError if the stream is malformed */
  read(chunk: Uint8Array): Iterable<Uint8Array>
}

/** Makes one stream of messages, and splits it again. */
interface Framing {
  /** @throws RangeError if the message cannot be sent */
  readonly encode: (message: Uint8Array) => Uint8Array
  readonly reader: () => FrameReader
}

/** The framings by name. */
export const framings: Readonly<Record<FramingName, Framing>> = {
  lines: { encode: encodeLine, reader: () => new LineReader() },
  length: { encode: encodeLengthFrame, reader: () => new LengthFrameReader() },
}
