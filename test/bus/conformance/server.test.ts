import { TestServer } from '#test/bus/servers.ts'
import { testConformance } from './conformance.ts'
import { connectWith } from './raw-client.ts'

testConformance(async () => {
  const server = await TestServer.start()
  console.error(`nats-server ${server.found.version}`)
  return {
    connect: () => connectWith(server.url),
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  }
})
