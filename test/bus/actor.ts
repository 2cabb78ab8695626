/**
 * One actor of the model as a process of its own, on the real bus: `node actor.ts SERVICE --world-url URL …`.
 * A role that is no part of the model (`writer`, `reader`) does what its name says with a large log.
 */
import * as z from 'zod'
import { serviceNames } from '#messages/services.ts'
import { sleep } from '#runtime/clock.ts'
import { runService } from '#service/run-service.ts'
import type { Service } from '#service/service.ts'
import { oneOf, url, wholeNumber } from '#runtime/settings/setting-kinds.ts'
import { runDaWatcher } from '#test/model/da-watcher.ts'
import { type Journal, runDerivation } from '#test/model/derivation.ts'
import { runEngine } from '#test/model/engine.ts'
import { bulkLog } from '#test/model/model-subjects.ts'
import { Observer } from '#test/model/observer.ts'
import type { ActorContext, ExecutionPort, L1Port } from '#test/model/ports.ts'
import { engineChain } from '#messages/subjects.ts'
import { bulkEntry } from './bulk-entry.ts'
import { callRemote } from './remote.ts'

const config = z.strictObject({
  worldUrl: url(['http'], 'http://127.0.0.1:1'),
  role: oneOf(['model', 'writer', 'reader']).default('model'),
  /** The n-th block is built by a process that stops itself between the guard and the call. */
  freezeAtBlock: wholeNumber(0, 1_000).default(0),
})

type Settings = z.output<typeof config>

const name = serviceNames.find((service) => service === process.argv[2])
if (name === undefined) throw new Error('the first argument names a service')
process.argv.splice(2, 1)

await runService(name, config, async (service) => {
  const { settings } = service
  if (settings.role === 'writer') return write(service)
  if (settings.role === 'reader') return read(service)
  return act(service)
})

async function act(service: Service<Settings>): Promise<void> {
  const { bus, signal, settings } = service
  const context = contextOf(service)
  switch (name) {
    case 'da-watcher':
      return runDaWatcher(context, l1Port(settings))
    case 'derivation':
      return runDerivation(context, { journal: await loadJournal(settings) })
    case 'engine':
      return runEngine(context, { l1: l1Port(settings), execution: executionPort(service) })
    default: {
      bus.follow(engineChain, (chain) => void callRemote(settings.worldUrl, 'chain', [chain]))
      return new Observer().run({ bus, signal, log: context.log })
    }
  }
}

function contextOf({ bus, clock, lease, log, signal, settings }: Service<Settings>): ActorContext {
  // rpc, which has none, does not ask for it.
  const noLease = {
    term: 0n,
    remainingMs: 0,
    guard: () => undefined,
    release: async () => undefined,
  }
  const { instance } = settings
  const logged = (what: string) => log.debug(what)
  return { bus, clock, lease: lease ?? noLease, instance, signal, log: logged }
}

function l1Port({ worldUrl }: Settings): L1Port {
  return {
    heads: () => callRemote(worldUrl, 'l1Heads', []) as ReturnType<L1Port['heads']>,
    blockByNumber: (number) =>
      callRemote(worldUrl, 'l1Block', [number]) as ReturnType<L1Port['blockByNumber']>,
  }
}

function executionPort({ settings, lease }: Service<Settings>): ExecutionPort {
  const { worldUrl, freezeAtBlock } = settings
  const by = { boot: String(process.pid), term: lease?.term ?? 0n }
  let built = 0
  return {
    heads: () => callRemote(worldUrl, 'heads', []) as ReturnType<ExecutionPort['heads']>,
    block: (hash) => callRemote(worldUrl, 'block', [hash]) as ReturnType<ExecutionPort['block']>,
    build: (command) => {
      built++
      return callRemote(worldUrl, 'build', [command]) as ReturnType<ExecutionPort['build']>
    },
    forkchoice: async (command) => {
      // The guard has passed; what comes now is the call.
      if (freezeAtBlock > 0 && built === freezeAtBlock) {
        built++
        process.kill(process.pid, 'SIGSTOP')
      }
      await callRemote(worldUrl, 'forkchoice', [command, by])
    },
  }
}

/** The journal as a disk would have it: every change is there before the call returns. */
async function loadJournal({ worldUrl }: Settings): Promise<Journal> {
  const journal = (await callRemote(worldUrl, 'journal', [])) as Journal
  const set = journal.set.bind(journal)
  journal.set = (number, entry) => {
    void callRemote(worldUrl, 'record', [entry])
    return set(number, entry)
  }
  return journal
}

/** Appends large entries as fast as they are taken, and tells how its lease does meanwhile. */
async function write({ bus, clock, lease, signal, settings }: Service<Settings>): Promise<void> {
  let least = Infinity
  const watching = setInterval(() => {
    least = Math.min(least, lease?.remainingMs ?? 0)
  }, 20)
  for (let number = 0n; !signal.aborted; number++) {
    await bus.append(bulkLog, bulkEntry(number))
    if (number % 50n === 0n)
      await callRemote(settings.worldUrl, 'tell', ['written', { number, least }])
    await sleep(clock, 5)
  }
  clearInterval(watching)
}

/** Reads them, and tells which it got, and how often its connections were ended. */
async function read({ bus, metrics, signal, settings }: Service<Settings>): Promise<void> {
  const reconnects = async () => {
    const { values = [] } =
      (await metrics.getSingleMetric('atoll_bus_reconnects_total')?.get()) ?? {}
    return values[0]?.value ?? 0
  }
  for await (const { value } of bus.tail(bulkLog, { from: 0n, signal })) {
    await callRemote(settings.worldUrl, 'tell', ['read', value.number])
    if (value.number % 50n === 0n)
      await callRemote(settings.worldUrl, 'tell', ['reconnects', await reconnects()])
  }
}
