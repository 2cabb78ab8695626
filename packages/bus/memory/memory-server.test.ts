import { testConformance } from '#test/bus/conformance/conformance.ts'
import { systemClock } from '#runtime/clock.ts'
import { MemoryServer } from './memory-server.ts'

// The same as of NATS: no service can tell which it has.
testConformance(async () => {
  const server = new MemoryServer({ clock: systemClock })
  let clients = 0
  return {
    connect: async () => server.connect({ name: `client-${++clients}`, role: 'operator' }),
    kill: async () => server.stop(),
    restart: async () => server.start(),
    stop: async () => undefined,
  }
})
