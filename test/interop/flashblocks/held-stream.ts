import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { parseFlashblock, type StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'

/**
 * Passes a public stream on as it is, but holds the flashblocks of each block back until `release`. The consensus client
 * of rollup-boost asks for a block before its builder makes flashblocks. A test learns from the first flashblock what to
 * ask for, so rollup-boost gets this flashblock afterwards.
 */
export class HeldStream {
  readonly #server: WebSocketServer
  readonly #socket: WebSocket
  /** The flashblocks that wait, one list for each block. */
  #waiting: string[][] = []
  #isOpen = false
  readonly #first: StreamFlashblock[] = []
  #wake: () => void = () => undefined

  private constructor(server: WebSocketServer, url: string) {
    this.#server = server
    this.#socket = new WebSocket(url)
    this.#socket.on('message', (data: Buffer) => this.#take(data.toString()))
  }

  static async start(url: string): Promise<HeldStream> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    const stream = new HeldStream(server, url)
    await once(stream.#socket, 'open')
    return stream
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get clients(): number {
    return this.#server.clients.size
  }

  /** The first flashblock of the next block. From then on, flashblocks wait. */
  async firstOfBlock(): Promise<StreamFlashblock> {
    for (;;) {
      const first = this.#first.shift()
      if (first !== undefined) return first
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Passes on the flashblocks of the block whose first one was taken last, also those that are still to come. */
  release(): void {
    for (const text of this.#waiting.shift() ?? []) this.#send(text)
    this.#isOpen = this.#waiting.length === 0
  }

  async close(): Promise<void> {
    this.#socket.terminate()
    for (const client of this.#server.clients) client.terminate()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take(text: string): void {
    const flashblock = parseFlashblock(JSON.parse(text))
    if (flashblock.index === 0) {
      this.#isOpen = false
      this.#waiting.push([text])
      this.#first.push(flashblock)
      this.#wake()
    } else if (this.#isOpen) this.#send(text)
    // The begin of the stream may be in the middle of a block.
    else this.#waiting.at(-1)?.push(text)
  }

  #send(text: string): void {
    for (const client of this.#server.clients) client.send(text)
  }
}
