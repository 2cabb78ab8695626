import type { WebSocket } from 'ws'

/** Bytes of pongs that the other side has not read. A side that sends pings and reads nothing would fill the memory. */
const maxUnreadPongBytes = 64 * 1024

/**
 * Answers the pings of a WebSocket that was opened without `autoPong`.
 *
 * @param unread bytes that the other side has not read and that are no pongs
 * @param onFlood called instead of an answer if the other side does not read the pongs
 */
export function answerPings(
  socket: WebSocket,
  { unread, onFlood }: { readonly unread: () => number; readonly onFlood: () => void },
): void {
  socket.on('ping', (payload: Buffer) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount - unread() > maxUnreadPongBytes) onFlood()
    else socket.pong(payload)
  })
}
