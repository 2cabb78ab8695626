import { brotliDecompressSync } from 'node:zlib'
import { parseFlashblock, type StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'

/** Limit on the bytes of a frame. A flashblock of 1 MiB of transactions has 2 MiB of hex. */
export const maxFrameBytes = 16 * 1024 * 1024

/** Limit on the bytes of a frame after decompression. */
export const maxTextBytes = 16 * 1024 * 1024

/** Why a frame is not a flashblock. */
export type FrameFlaw =
  'empty' | 'not-brotli' | 'too-large' | 'not-utf8' | 'not-json' | 'not-flashblock'

/** The content of a frame. */
type StreamFrame =
  | { readonly kind: 'flashblock'; readonly flashblock: StreamFlashblock }
  | {
      readonly kind: 'malformed'
      readonly flaw: FrameFlaw
      /** Names what is malformed. */
      readonly detail: string
    }

/** A byte that some proxies put before compressed data. */
const recordSeparator = 0x1e

/** Characters of a detail. The sender chooses its length. */
const maxDetail = 200

/**
 * Decodes a frame of a stream. A text frame has JSON. A binary frame has JSON too, or JSON that is compressed with
 * brotli. Source: rollup-boost, websocket-proxy; base, flashblocks client
 */
export function decodeFrame(data: Uint8Array, kind: 'text' | 'binary'): StreamFrame {
  const first = firstByte(data)
  if (first === undefined) return malformed('empty', 'the frame has no content')
  if (kind === 'text' || data[first] === openBrace) return decodeText(data)
  const packed = data[first] === recordSeparator ? data.subarray(first + 1) : data
  const unpacked = unpack(packed)
  return unpacked instanceof Uint8Array ? decodeText(unpacked) : unpacked
}

const openBrace = '{'.charCodeAt(0)

/** Position of the first byte that is not white space of JSON. */
function firstByte(data: Uint8Array): number | undefined {
  const at = data.findIndex((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte))
  return at === -1 ? undefined : at
}

function unpack(packed: Uint8Array): Uint8Array | StreamFrame {
  try {
    return brotliDecompressSync(packed, { maxOutputLength: maxTextBytes })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (error.code === 'ERR_BUFFER_TOO_LARGE')
      return malformed('too-large', `the decompressed frame has more than ${maxTextBytes} bytes`)
    return malformed('not-brotli', error.message)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeText(data: Uint8Array): StreamFrame {
  const text = textOf(data)
  if (text === undefined) return malformed('not-utf8', 'the text is not UTF-8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return malformed('not-json', error.message)
  }
  try {
    return { kind: 'flashblock', flashblock: parseFlashblock(json) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return malformed('not-flashblock', error.message)
  }
}

function textOf(data: Uint8Array): string | undefined {
  try {
    return utf8.decode(data)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function malformed(flaw: FrameFlaw, detail: string): StreamFrame {
  return { kind: 'malformed', flaw, detail: detail.slice(0, maxDetail) }
}
