/**
 * Runs one service of the verifier as a separate process, on the real bus, with L1 and the execution client of a
 * `World`: `node actor.ts SERVICE --world-url URL …`. With the role `writer` or `reader`, the process only writes or
 * reads a log of large entries.
 */
import { join } from 'node:path'
import * as z from 'zod'
import { serviceNames } from '#messages/services.ts'
import { engineChain } from '#messages/subjects.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { sleep } from '#runtime/clock.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'
import { runService } from '#service/run-service.ts'
import type { Service } from '#service/service.ts'
import { oneOf, url, wholeNumber } from '#runtime/settings/setting-kinds.ts'
import { createMetrics as createDaWatcherMetrics } from '#services/da-watcher/metrics.ts'
import { run as runDaWatcher } from '#services/da-watcher/run.ts'
import { run as runDerivation } from '#services/derivation/run.ts'
import { createMetrics as createDerivationMetrics } from '#services/derivation/metrics.ts'
import { SafeHeadHistory } from '#services/derivation/history/safe-head-history.ts'
import { createMetrics as createEngineMetrics } from '#services/engine/metrics.ts'
import { run as runEngine } from '#services/engine/run.ts'
import { singleL1 } from '#test/fakes/single-l1.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { bulkLog } from '#test/fakes/test-subjects.ts'
import { Observer } from '#test/simulator/observer.ts'
import { bulkEntry } from './bulk-entry.ts'
import { type Caller, callerOf } from './remote.ts'
import type { WorldFunctions } from './world.ts'
import { keptInMemory } from '#test/fakes/kept-in-memory.ts'

const config = z.strictObject({
  worldUrl: url(['http'], 'http://127.0.0.1:1'),
  dataDir: z.string(),
  role: oneOf(['verifier', 'writer', 'reader']).default('verifier'),
  /** After this number of builds, the process freezes itself between the lease check and the next forkchoice call. */
  freezeAtBlock: wholeNumber(0, 1_000).default(0),
})

type World = Caller<WorldFunctions>
type Running = Service<z.output<typeof config>>

const l1PollMs = 200

const name = serviceNames.find((service) => service === process.argv[2])
if (name === undefined) throw new Error('the first argument must name a service')
process.argv.splice(2, 1)

await runService(name, config, async (service) => {
  const world = callerOf<WorldFunctions>(service.settings.worldUrl)
  if (service.settings.role === 'writer') return write(service, world)
  if (service.settings.role === 'reader') return read(service, world)
  return verify(service, world)
})

async function verify(service: Running, world: World): Promise<void> {
  const rollup = await world.config()
  const { metrics, settings } = service
  switch (name) {
    case 'da-watcher': {
      const l1 = singleL1({
        heads: () => world.l1Heads(),
        fetchBlock: world.l1Block,
        fetchUnsafeBlockSigner: async () => address(0x51),
      })
      const ports = { l1, config: rollup, pollMs: l1PollMs }
      return runDaWatcher({ ...service, metrics: createDaWatcherMetrics(metrics) }, ports)
    }
    case 'derivation': {
      const history = new SafeHeadHistory(join(settings.dataDir, `${settings.instance}.sqlite`))
      const ports = { config: rollup, confirmations: 0n, history }
      return runDerivation({ ...service, metrics: createDerivationMetrics(metrics) }, ports)
    }
    case 'engine':
      return actAsEngine(service, { world, rollup })
    default:
      return observe(service, world)
  }
}

async function actAsEngine(
  service: Running,
  { world, rollup }: { readonly world: World; readonly rollup: RollupConfig },
): Promise<void> {
  const { lease, settings } = service
  if (lease === undefined) throw new Error('the engine needs a lease')
  const metrics = createEngineMetrics(service.metrics)
  await runEngine(
    { ...service, lease, metrics, instance: settings.instance },
    {
      config: rollup,
      executionClient: executionClient(service, { world, rollup }),
      l1: { blocksDown: world.l1BlocksDown, chainId: async () => rollup.l1ChainId },
      sync: { mode: 'cl', safeOffsetSeconds: 0n },
      flashblocks: keptInMemory(rollup.l2ChainId),
    },
  )
}

function executionClient(
  { lease, settings: { freezeAtBlock } }: Running,
  { world, rollup }: { readonly world: World; readonly rollup: RollupConfig },
): ExecutionClient {
  const sender = { boot: String(process.pid), term: lease?.term ?? 0n }
  let begun = 0
  return {
    newPayload: (payload) => world.newPayload(sender, payload),
    forkchoice: (heads) => {
      // The lease was checked. The process freezes right before the call.
      if (freezeAtBlock > 0 && begun === freezeAtBlock) {
        begun++
        process.kill(process.pid, 'SIGSTOP')
      }
      return world.forkchoice(sender, heads)
    },
    build: (heads, attributes) => {
      begun++
      return world.build(sender, heads, attributes)
    },
    getPayload: (payloadId) => world.getPayload(payloadId),
    block: world.block,
    blocksDown: world.blocksDown,
    accountProof: async () => undefined,
    chainId: async () => rollup.l2ChainId,
    capabilities: async () => undefined,
  }
}

/** Reports each `engine.chain`, and reads the log of safe heads as the service rpc does. */
async function observe({ bus, log, signal }: Running, world: World): Promise<void> {
  bus.follow(engineChain, (chain) => void world.chain(chain))
  await new Observer().run({ bus, signal, log: (what) => log.debug(what) })
}

/** Appends large entries with short pauses, and reports the least remaining time of its lease. */
async function write({ bus, clock, lease, signal }: Running, world: World): Promise<void> {
  let least = Infinity
  const watching = setInterval(() => {
    least = Math.min(least, lease?.remainingMs ?? 0)
  }, 20)
  for (let number = 0n; !signal.aborted; number++) {
    await bus.append(bulkLog, bulkEntry(number))
    if (number % 50n === 0n) await world.report('written', { number, least })
    await sleep(clock, 5)
  }
  clearInterval(watching)
}

/** Reads the entries of `write`; reports their numbers and the count of reconnects. */
async function read({ bus, metrics, signal }: Running, world: World): Promise<void> {
  const reconnects = async () => {
    const { values = [] } =
      (await metrics.getSingleMetric('atoll_bus_reconnects_total')?.get()) ?? {}
    return values[0]?.value ?? 0
  }
  for await (const { value } of bus.tail(bulkLog, { from: 0n, signal })) {
    await world.report('read', value.number)
    if (value.number % 50n === 0n) await world.report('reconnects', await reconnects())
  }
}
