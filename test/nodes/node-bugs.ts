import type { ControlSequencerRequest } from '#messages/control-sequencer.ts'
import type { InsertResponse } from '#messages/insert.ts'
import { controlSequencer, engineChain, insert } from '#messages/subjects.ts'
import type { Call } from '#messages/subject.ts'
import type { Subscribed } from '#bus/bus.ts'
import type { ServiceBus } from '#bus/service-bus.ts'
import { isFault } from '#runtime/fault.ts'
import type { Conductor, SealedFile } from '#services/sequencer/ports.ts'
import { withChanges } from '#test/verifier/bugs.ts'

/** Planted bugs of nodes with sequencers, which the simulation must find. */
export type NodeBug =
  | 'gossip-before-commit'
  | 'commit-failure-ignored'
  | 'rebuilt-after-failed-insert'
  | 'rebuilt-after-crash'
  | 'starts-on-stale-parent'

/** The parts of a node that a bug replaces. */
export interface NodeBroken {
  readonly conductor: (conductor: Conductor) => Conductor
  readonly sealedFile: (file: SealedFile) => SealedFile
  readonly sequencerBus: (bus: ServiceBus) => ServiceBus
}

/** The parts of a node with the given bug; without a bug, the unchanged parts. */
export function withNodeBug(bug: NodeBug | undefined): NodeBroken {
  const sound: NodeBroken = {
    conductor: (conductor) => conductor,
    sealedFile: (file) => file,
    sequencerBus: (bus) => bus,
  }
  switch (bug) {
    case undefined:
      return sound
    case 'gossip-before-commit':
      return { ...sound, conductor: committingLater }
    case 'commit-failure-ignored':
      return { ...sound, conductor: ignoringFailures }
    case 'rebuilt-after-failed-insert':
      return { ...sound, sequencerBus: droppingAfterFailedInsert }
    case 'rebuilt-after-crash':
      return { ...sound, sealedFile: (file) => ({ ...file, load: async () => undefined }) }
    case 'starts-on-stale-parent':
      return { ...sound, sequencerBus: startingOnAnyHead }
  }
}

/** A conductor that reports the success of a commit before the commit. */
function committingLater(conductor: Conductor): Conductor {
  const commit = async (payload: Parameters<Conductor['commit']>[0]) =>
    void conductor.commit(payload).catch(onlyFault)
  return { ...conductor, commit }
}

/** A conductor whose failures are ignored, as in kona-node. */
function ignoringFailures(conductor: Conductor): Conductor {
  const commit: Conductor['commit'] = (payload) => conductor.commit(payload).catch(onlyFault)
  return { ...conductor, commit }
}

function onlyFault(error: unknown): void {
  if (!isFault(error)) throw error
}

/** A bus on which a failed insertion looks like the insertion of an invalid block, so that another block is built. */
function droppingAfterFailedInsert(bus: ServiceBus): ServiceBus {
  const call = async <Request, Response>(
    called: Call<Request, Response>,
    request: Request,
    options: { readonly deadlineMs: number },
  ): Promise<Response> => {
    try {
      return await bus.call(called, request, options)
    } catch (error) {
      if (called.name !== insert.name || !isFault(error)) throw error
      const invalid: InsertResponse = { kind: 'invalid', reason: error.message }
      return invalid as Response
    }
  }
  return withChanges(bus, { call })
}

/** A bus on which each call to start names the current unsafe head. */
function startingOnAnyHead(bus: ServiceBus): ServiceBus {
  const chain = bus.follow(engineChain, () => undefined)
  const serve = <Request, Response>(
    call: Call<Request, Response>,
    handler: (request: Request) => Promise<Response>,
  ): Subscribed =>
    bus.serve(call, (request) => {
      const control = request as ControlSequencerRequest
      if (call.name !== controlSequencer.name || control.kind !== 'start') return handler(request)
      return handler({ ...control, head: chain.current?.unsafe.hash } as Request)
    })
  return withChanges(bus, { serve })
}
