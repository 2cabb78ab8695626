import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { listenFault } from './listen-fault.ts'

/** Checks that a UDP port is free. @throws Fault `p2p-port` if it is not */
export async function checkUdpPort(ip: string, port: number): Promise<void> {
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4')
  try {
    socket.bind(port, ip)
    await once(socket, 'listening')
  } catch (cause) {
    throw listenFault(`${ip}, UDP port ${port}`, cause)
  } finally {
    socket.close()
  }
}
