import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '#test/fakes/values.ts'
import { block, payloadOf, SequencerSteps } from '#test/fakes/sequencer-steps.ts'
import { maxStopCalls, startWaitMs, stopLimitMs } from './start-stop.ts'

const head = block(100).hash

function stoppedAt({ hasConductor = false } = {}): SequencerSteps {
  const steps = new SequencerSteps({ isActive: false, hasConductor }).chain(block(100))
  steps.take()
  return steps
}

function refusalOf(steps: SequencerSteps): string | undefined {
  return steps.answer()?.refusal
}

test('a start with the hash of the unsafe head stores the activity, then answers, and builds at once', () => {
  const steps = stoppedAt().control({ kind: 'start', head })
  assert.deepEqual(steps.kinds(), ['store-activity', 'prepare'])
  steps.send({ kind: 'activity-stored', calls: [1], isStarted: true, problem: undefined })
  const answer = steps.answer()
  assert.deepEqual([answer?.refusal, answer?.isActive, answer?.head], [undefined, true, head])
})

test('a start is refused with the error texts of op-node', () => {
  const wrong = stoppedAt().control({ kind: 'start', head: hash(7) })
  assert.equal(refusalOf(wrong.at(startWaitMs - 1)), undefined)
  assert.equal(
    refusalOf(wrong.at(startWaitMs)),
    `block hash does not match: head ${head}:100, received ${hash(7)}`,
  )
  assert.equal(
    refusalOf(new SequencerSteps().chain(block(100)).control({ kind: 'start', head })),
    'sequencer already running',
  )
  assert.equal(
    refusalOf(new SequencerSteps({ isActive: false }).control({ kind: 'start', head })),
    `no prestate, cannot determine if sequencer start at ${head} is safe`,
  )
})

test('a start waits for a head that arrives shortly afterwards, and a second start ends the wait of the first start', () => {
  const steps = stoppedAt().control({ kind: 'start', head: block(101).hash })
  assert.deepEqual(steps.kinds(), [])
  assert.deepEqual(steps.chain(block(101)).kinds(), ['store-activity', 'wake 2000'])
  assert.equal(steps.state.isActive, true)

  const twice = stoppedAt().control({ kind: 'start', head: hash(7) }, 1)
  twice.control({ kind: 'start', head: block(101).hash }, 2)
  const [refused] = twice.take()
  assert.ok(refused?.kind === 'answer' && refused.call === 1)
  assert.deepEqual(twice.chain(block(101)).kinds(), ['store-activity', 'wake 2000'])
})

test('the hash may be absent only without op-conductor', () => {
  assert.deepEqual(stoppedAt().control({ kind: 'start', head: undefined }).kinds(), [
    'store-activity',
    'prepare',
  ])
  const steps = stoppedAt({ hasConductor: true }).control({ kind: 'start', head: undefined })
  const request = { kind: 'start', head: undefined } as const
  const leader = { isLeader: true, problem: undefined, request, call: 1 }
  assert.equal(
    refusalOf(steps.send({ kind: 'leader-checked', ...leader })),
    'the hash of the unsafe head is required',
  )
})

for (const [what, check, refusal] of [
  [
    'is not the leader',
    { isLeader: false, problem: undefined },
    'sequencer is not the leader, aborting',
  ],
  [
    'does not answer',
    { isLeader: false, problem: 'timeout' },
    'sequencer leader check failed: timeout',
  ],
] as const)
  test(`with op-conductor, a start is refused if this node ${what}`, () => {
    const request = { kind: 'start', head } as const
    const steps = stoppedAt({ hasConductor: true }).control(request)
    assert.deepEqual(steps.kinds(), ['check-leader'])
    steps.send({ kind: 'leader-checked', call: 1, request, ...check })
    assert.equal(refusalOf(steps), refusal)
    assert.equal(steps.state.isActive, false)
  })

test('after an override, op-conductor is not asked at a start, and each commit is marked as overridden', () => {
  const steps = stoppedAt({ hasConductor: true }).control({ kind: 'override-leader' }, 7)
  assert.equal(refusalOf(steps), undefined)
  assert.deepEqual(steps.control({ kind: 'start', head }).kinds(), ['store-activity', 'prepare'])
  const effects = steps.sealedOn(block(100), block(101)).take()
  const commit = effects.find(({ kind }) => kind === 'commit')
  assert.ok(commit?.kind === 'commit' && commit.isLeaderOverridden)
})

test('a start with op-conductor drops a block that this node had sealed before', () => {
  const sealed = payloadOf(block(101))
  const steps = new SequencerSteps({ isActive: false, hasConductor: true, sealed }).chain(
    block(100),
  )
  const request = { kind: 'start', head } as const
  steps.control(request)
  steps.send({ kind: 'leader-checked', call: 1, request, isLeader: true, problem: undefined })
  assert.equal(steps.state.sealed, undefined)
})

test('a stop drops a block that is being built, and answers with the unsafe head', () => {
  const steps = new SequencerSteps().chain(block(100)).started(block(100))
  steps.take()
  assert.deepEqual(steps.control({ kind: 'stop' }).kinds(), ['store-activity'])
  steps.send({ kind: 'activity-stored', calls: [1], isStarted: false, problem: undefined })
  const answer = steps.answer()
  assert.deepEqual([answer?.refusal, answer?.isActive, answer?.head], [undefined, false, head])
  assert.deepEqual(steps.at(5_000).kinds(), [])
})

test('a stop ends the flashblocks of the block that is being built, also if its build has just started', () => {
  const flashblocks = { intervalMs: 250, sendOffsetMs: 0, endBufferMs: 50 }
  const steps = new SequencerSteps({ flashblocks }).chain(block(100)).started(block(100))
  steps.take()
  assert.deepEqual(steps.control({ kind: 'stop' }).kinds(), ['end-flashblocks', 'store-activity'])
  const early = new SequencerSteps({ flashblocks }).chain(block(100))
  const { workId } = early.state
  assert.deepEqual(early.control({ kind: 'stop' }).kinds(), ['prepare', 'store-activity'])
  const job = early.jobOn(block(100))
  early.send({ kind: 'worked', workId, outcome: 'started', job })
  assert.deepEqual(early.kinds(), ['end-flashblocks'])
})

test('a stop of a stopped sequencer is refused with the error text of op-node', () => {
  assert.equal(refusalOf(stoppedAt().control({ kind: 'stop' })), 'sequencer not running')
})

test('a second stop while the first waits gets the same outcome, since op-conductor treats a refusal as a success', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.control({ kind: 'stop' }, 1).control({ kind: 'stop' }, 2)
  steps.take()
  steps.outcome({ outcome: 'committed' })
  steps.outcome({ outcome: 'inserted', block: block(101), chain: steps.chainOf(block(101)) })
  const stored = steps.take().find(({ kind }) => kind === 'store-activity')
  assert.ok(stored?.kind === 'store-activity')
  assert.deepEqual(stored.calls, [1, 2])
  steps.send({ kind: 'activity-stored', calls: [1, 2], isStarted: false, problem: undefined })
  const answers = steps.take().filter(({ kind }) => kind === 'answer')
  assert.equal(answers.length, 2)
})

test(`at most ${maxStopCalls} calls to stop wait; at a further call, the oldest call is refused`, () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  for (let call = 1; call <= maxStopCalls; call++) steps.control({ kind: 'stop' }, call)
  assert.deepEqual(
    steps.kinds().filter((kind) => kind === 'answer'),
    [],
  )
  steps.control({ kind: 'stop' }, maxStopCalls + 1)
  const [answer] = steps.take()
  assert.ok(answer?.kind === 'answer' && answer.call === 1)
  assert.equal(steps.state.stopping?.calls.length, maxStopCalls)
})

test('a stop ends a start that waits for its head', () => {
  const steps = stoppedAt().control({ kind: 'start', head: block(101).hash }, 1)
  steps.control({ kind: 'stop' }, 2)
  assert.deepEqual(steps.kinds(), ['answer', 'answer'])
  steps.chain(block(101))
  assert.equal(steps.state.isActive, false)
})

test('a stop does not wait for a block that op-conductor refuses', () => {
  const steps = new SequencerSteps({ hasConductor: true }).chain(block(100))
  steps.sealedOn(block(100), block(101)).control({ kind: 'stop' })
  steps.take()
  assert.deepEqual(steps.fails('conductor').kinds(), ['store-activity'])
  assert.deepEqual([steps.state.isActive, steps.state.sealed], [false, undefined])
})

test('a stop waits until a sealed block is the unsafe head, and builds no other block', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.take()
  assert.deepEqual(steps.control({ kind: 'stop' }).kinds(), [])
  assert.deepEqual(steps.outcome({ outcome: 'committed' }).kinds(), ['publish', 'insert'])
  steps.outcome({ outcome: 'inserted', block: block(101), chain: steps.chainOf(block(101)) })
  assert.deepEqual(steps.kinds(), ['store-activity'])
  assert.equal(steps.state.isActive, false)
})

test('a stop does not wait for a block once another node is the leader', () => {
  const steps = new SequencerSteps({ hasConductor: true }).chain(block(100))
  steps.sealedOn(block(100), block(101)).take()
  const request = { kind: 'stop' } as const
  assert.deepEqual(steps.control(request).kinds(), ['check-leader'])
  const check = { kind: 'leader-checked', call: 1, request } as const
  steps.send({ ...check, isLeader: true, problem: undefined })
  assert.equal(steps.state.isActive, true)
  steps.send({ ...check, isLeader: false, problem: undefined })
  assert.deepEqual(steps.kinds(), ['store-activity'])
  assert.deepEqual([steps.state.isActive, steps.state.sealed], [false, undefined])
})

test('a stop that waits for too long fails, and the sequencer stays started', () => {
  const steps = new SequencerSteps().chain(block(100)).sealedOn(block(100), block(101))
  steps.control({ kind: 'stop' }).at(1_950 + stopLimitMs - 1)
  assert.equal(refusalOf(steps), undefined)
  steps.at(1_950 + stopLimitMs)
  assert.match(refusalOf(steps) ?? '', /block 101 did not become the unsafe head within 30 s/)
  assert.equal(steps.state.isActive, true)
})

for (const isStarted of [true, false])
  test(`if the activity cannot be stored, a ${isStarted ? 'start' : 'stop'} fails and nothing changes`, () => {
    const steps = isStarted ? stoppedAt() : new SequencerSteps().chain(block(100))
    steps.control(isStarted ? { kind: 'start', head } : { kind: 'stop' }).take()
    steps.send({ kind: 'activity-stored', calls: [1], isStarted, problem: 'the disk is full' })
    assert.match(
      refusalOf(steps) ?? '',
      /failed to notify sequencer-state listener of st.*: the disk is full/,
    )
    assert.equal(steps.state.isActive, !isStarted)
  })

test('recover mode is set for the next block, and the answer shows the mode', () => {
  const steps = new SequencerSteps({ atMs: -10 }).chain(block(100))
  steps.take()
  steps.control({ kind: 'set-recover-mode', isOn: true })
  assert.equal(steps.answer()?.isRecovering, true)
  const [prepare] = steps.at(0).take()
  assert.ok(prepare?.kind === 'prepare' && prepare.isRecovering)
})

test('a fetch changes nothing', () => {
  const steps = stoppedAt({ hasConductor: true })
  const before = steps.state
  steps.control({ kind: 'fetch' })
  const answer = steps.answer()
  assert.deepEqual([answer?.isActive, answer?.hasConductor], [false, true])
  assert.deepEqual(steps.state, before)
})
