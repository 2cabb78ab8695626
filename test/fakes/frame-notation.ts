import { toChannelId } from '#protocol/codec/hex.ts'
import type { Frame } from '#protocol/channel/frame.ts'

/** The id of the channel that a script calls by a letter. */
export function channelOf(letter: string) {
  return toChannelId(new Uint8Array(16).fill(letter.charCodeAt(0)))
}

/** Reads a frame of the form `channel:number:content`. A `!` at the end marks the last frame. */
export function parseFrame(text: string): Frame {
  const [, letter = '', number = '', content = '', last] = /^(.):(\d+):(.*?)(!?)$/.exec(text) ?? []
  return {
    channelId: channelOf(letter),
    number: Number(number),
    data: new TextEncoder().encode(content),
    isLast: last === '!',
  }
}

/** Writes a frame in the form that `parseFrame` reads. */
export function writeFrame({ channelId, number, data, isLast }: Frame): string {
  const letter = String.fromCharCode(Number.parseInt(channelId.slice(2, 4), 16))
  return `${letter}:${number}:${new TextDecoder().decode(data)}${isLast ? '!' : ''}`
}

/** The chunks of a channel as text. */
export function textOf(chunks: readonly Uint8Array[]): string {
  return chunks.map((chunk) => new TextDecoder().decode(chunk)).join('')
}
