import { DecodeError } from '#protocol/codec/decode-error.ts'

/** How a value of the domain travels: its protobuf name, and its bytes. */
export interface MessageCodec<Value> {
  /** Full protobuf name with version, as in `atoll.v1.ChainState`. */
  readonly type: string
  encode(value: Value): Uint8Array
  /**
   * @throws DecodeError for bytes that are no such message, or whose fields break a rule of presence or length
   */
  decode(bytes: Uint8Array): Value
}

/** What the generated code offers for each message. */
interface Generated<Properties, Message> {
  encode(message: Properties): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Message
}

/** The two conversions that a message declares. */
interface Conversion<Properties, Message, Value> {
  toWire(value: Value): Properties
  /** @throws DecodeError if a field is missing or has the wrong length: past this line the value is trusted */
  fromWire(message: Message): Value
}

/** Joins generated code and conversion to a codec. */
export function messageCodec<Properties, Message, Value>(
  type: string,
  generated: Generated<Properties, Message>,
  conversion: Conversion<Properties, Message, Value>,
): MessageCodec<Value> {
  return {
    type: `atoll.v1.${type}`,
    encode: (value) => plainBytes(generated.encode(conversion.toWire(value)).finish()),
    decode: (bytes) => conversion.fromWire(decodeMessage(generated, plainBytes(bytes))),
  }
}

function decodeMessage<Properties, Message>(
  generated: Generated<Properties, Message>,
  bytes: Uint8Array,
): Message {
  try {
    return generated.decode(bytes)
  } catch (cause) {
    // The generated code throws several kinds of error, all of which mean that the bytes are no such message.
    throw new DecodeError('not the protobuf message it should be', { cause })
  }
}

/** A view that is no `Buffer`: its `slice` copies and its equality is by type, so that one kind of bytes goes round. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
