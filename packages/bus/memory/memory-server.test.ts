import { testConformance } from '#test/bus/conformance/conformance.ts'
import { systemClock } from '#runtime/clock.ts'
import { MemoryServer } from './memory-server.ts'

// NATS passes the same conformance tests, so both servers behave the same for a service.
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
