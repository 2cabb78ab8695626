import { testConformance } from '#test/bus/conformance/conformance.ts'
import { systemClock } from '#runtime/clock.ts'
import { MemoryServer } from './memory-server.ts'

// The conformance tests that NATS also passes: for a service, both servers behave the same.
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
