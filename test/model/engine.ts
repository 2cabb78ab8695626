import type { FetchL2BlockRequest, FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import {
  applyAttributes,
  derivationTargets,
  engineChain,
  fetchL2Block,
  reset,
} from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { toHash } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { runActor } from '#service/actor.ts'
import type { Owner } from '#bus/bus.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { following, serving } from '#service/sources.ts'
import type { ChainState } from '#messages/chain-state.ts'
import { type EngineEffect, type EngineEvent, type EngineState, engineStep } from './engine-step.ts'
import { depositsOnly, type ModelBlock } from './model-execution.ts'
import { refOf } from './model-l1.ts'
import { attributesDigest } from './attributes-digest.ts'
import { blockHint } from './model-subjects.ts'
import type { ActorContext, BrokenRule, ExecutionPort, L1Port } from './ports.ts'

interface World {
  readonly execution: ExecutionPort
  readonly l1: L1Port
  readonly broken?: BrokenRule | undefined
}

/** The one writer of the chain: it alone speaks to the execution client. */
export async function runEngine(context: ActorContext, world: World): Promise<void> {
  const { bus, signal } = context
  const owner = bus.own(engineChain)
  let chain: ChainState | undefined
  bus.serve(fetchL2Block, (request) =>
    fetchBlock(world.execution, { request, generation: chain?.generation ?? 0n }),
  )
  const started: Source<EngineEvent> = (sink) => {
    void sink.push({ kind: 'started' })
    return () => undefined
  }
  const sources: Source<EngineEvent>[] = [
    started,
    serving(bus, applyAttributes, (request, responder) => ({
      kind: 'apply-called',
      request,
      responder,
    })),
    serving(bus, reset, (request, responder) => ({ kind: 'reset-called', request, responder })),
    following(bus, derivationTargets, (targets) => ({ kind: 'targets-seen', targets })),
  ]
  await runActor<EngineState, EngineEvent, EngineEffect>({
    state: { chain: undefined, broken: world.broken },
    step: engineStep,
    inbox: new Inbox(sources, { signal }),
    perform: (effect) => {
      if (effect.kind === 'write-chain') ({ chain } = effect)
      return perform(effect, { context, world, owner })
    },
  })
}

interface Means {
  readonly context: ActorContext
  readonly world: World
  readonly owner: Owner<ChainState>
}

async function perform(
  effect: EngineEffect,
  { context, world, owner }: Means,
): Promise<readonly EngineEvent[]> {
  const { lease, instance } = context
  switch (effect.kind) {
    case 'answer':
      effect.answer()
      return []
    case 'write-chain':
      await owner.write({ ...effect.chain, term: lease.term, instance })
      return []
    case 'find-start':
      return [await findStart({ context, world, owner }, effect.responder)]
    case 'execute':
      return [await execute(effect, { context, world, owner })]
    case 'finalize': {
      const heads = await world.execution.heads()
      const target = effect.targets.finalized
      if (target === undefined || target.number <= heads.finalized.number) return []
      if (target.number > heads.safe.number) return []
      lease.guard()
      await world.execution.forkchoice({ safe: heads.safe.hash, finalized: target.hash })
      return [{ kind: 'finalized', heads: await world.execution.heads() }]
    }
  }
}

async function findStart(
  { context, world }: Means,
  responder: Extract<EngineEffect, { kind: 'find-start' }>['responder'],
): Promise<EngineEvent> {
  const { bus, clock, lease, log } = context
  const { execution, l1 } = world
  const previous = await bus.read(engineChain)
  const heads = await execution.heads()
  let { safe } = heads
  let origin = await l1.blockByNumber(safe.l1Origin.number)
  while (origin?.hash !== safe.l1Origin.hash) {
    const parent = await execution.block(safe.parentHash)
    if (parent === undefined) throw new Error(`no block below ${safe.number}`)
    safe = parent
    origin = await l1.blockByNumber(safe.l1Origin.number)
  }
  lease.guard()
  await execution.forkchoice({ safe: safe.hash, finalized: heads.finalized.hash })
  log(`new generation at ${safe.number}`)
  const nowMs = clock.now()
  const l1Origin = refOf(origin)
  const found = { safe, finalized: heads.finalized }
  return { kind: 'start-found', heads: found, l1Origin, nowMs, responder, previous }
}

async function execute(
  { request, generation }: Extract<EngineEffect, { kind: 'execute' }>,
  { context, world }: Means,
): Promise<EngineEvent> {
  const { bus, lease, log } = context
  const { execution } = world
  const { attributes, parent } = request
  const command = { parentHash: parent.hash, attributes, generation }
  lease.guard()
  let built = await execution.build(command)
  const outcome = built.status === 'valid' ? 'built' : 'replaced'
  if (built.status === 'invalid') {
    lease.guard()
    built = await execution.build({ ...command, attributes: depositsOnly(attributes) })
  }
  if (built.status === 'invalid') throw new Error('a block of deposits only was refused')
  const { finalized } = await execution.heads()
  lease.guard()
  await execution.forkchoice({ safe: built.block.hash, finalized: finalized.hash })
  log(`${outcome} ${built.block.number} (sequence ${request.sequence})`)
  bus.emit(blockHint, { l1: built.block.l1Origin, safe: built.block, generation })
  const digest = attributesDigest(request.attributes.transactions)
  return { kind: 'executed', request, block: built.block, outcome, digest }
}

async function fetchBlock(
  execution: ExecutionPort,
  { request, generation }: { readonly request: FetchL2BlockRequest; readonly generation: bigint },
): Promise<FetchL2BlockResponse> {
  const block =
    request.block.kind === 'hash' ? await execution.block(request.block.hash) : undefined
  if (block === undefined) return { generation, kind: 'not-found' }
  return {
    generation,
    kind: 'found',
    ref: block,
    part: { kind: 'payload', payload: payloadOf(block) },
  }
}

function payloadOf(block: ModelBlock): Payload {
  const zero = toHash(new Uint8Array(32))
  return {
    blockHash: block.hash,
    parentHash: block.parentHash,
    feeRecipient: `0x${'fe'.repeat(20)}` as Address,
    stateRoot: zero,
    receiptsRoot: zero,
    logsBloom: new Uint8Array(256),
    prevRandao: zero,
    number: block.number,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: block.timestamp,
    extraData: new Uint8Array(),
    baseFeePerGas: 7n,
    withdrawals: [],
    blobGasUsed: undefined,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    withdrawalsRoot: undefined,
    transactions: block.transactions,
  }
}
