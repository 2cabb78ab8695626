import { DecodeError } from '#protocol/codec/decode-error.ts'

/** Codec of a message: its protobuf name, and conversion from and to bytes. */
export interface MessageCodec<Value> {
  /** Full protobuf name with version, as in `atoll.v1.ChainState`. */
  readonly type: string
  encode(value: Value): Uint8Array
  /**
   * @throws DecodeError for malformed bytes, a missing field, or a field of the wrong length
   */
  decode(bytes: Uint8Array): Value
}

/** The part of the generated code that a codec uses. */
interface Generated<Properties, Message> {
  encode(message: Properties): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Message
}

/** The conversions between wire and domain types. */
interface Conversion<Properties, Message, Value> {
  toWire(value: Value): Properties
  /** @throws DecodeError if a field is missing or has the wrong length. The returned value is not checked again */
  fromWire(message: Message): Value
}

/** Makes a codec from generated code and conversions. */
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
    // The generated code throws several kinds of errors, all of them for malformed bytes.
    throw new DecodeError('malformed protobuf message', { cause })
  }
}

/** Returns a plain Uint8Array view, since `slice` and comparison work differently for a `Buffer`. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
