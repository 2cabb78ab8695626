import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Performed, runActor, type Step } from './actor.ts'
import { noTracing } from '#runtime/tracing.ts'
import { Inbox, type Source } from './inbox.ts'
import { OpenCalls } from './sources.ts'

type Event = string
type Effect = string

/** Records each event, and returns the effects that it names: `a>b,c` is the event a with effects b and c. */
const step: Step<readonly string[], Event, Effect> = (state, event) => {
  const [name = '', effects = ''] = event.split('>')
  return [[...state, name], ...effects.split(',').filter((effect) => effect !== '')]
}

function given(...events: readonly Event[]): Source<Event> {
  return (sink) => {
    for (const event of events) void sink.push(event)
    return () => undefined
  }
}

async function run(
  sources: readonly Source<Event>[],
  perform: (effect: Effect) => Promise<Performed<Event>> | Performed<Event>,
): Promise<readonly string[]> {
  const ended = new AbortController()
  const stopping: Step<readonly string[], Event, Effect> = (state, event) => {
    const next = step(state, event)
    if (event === 'end') ended.abort()
    return next
  }
  const inbox = new Inbox(sources, { bus: { tracing: noTracing }, signal: ended.signal })
  return runActor({ state: [], step: stopping, inbox, perform })
}

test('events are handled in the order in which they arrive', async () => {
  assert.deepEqual(await run([given('a', 'b', 'end')], () => []), ['a', 'b', 'end'])
})

test('effects are carried out in order, one after the other', async () => {
  const log: string[] = []
  await run([given('a>x,y', 'end')], async (effect) => {
    log.push(`${effect} begins`)
    await Promise.resolve()
    log.push(`${effect} ends`)
    return []
  })
  assert.deepEqual(log, ['x begins', 'x ends', 'y begins', 'y ends'])
})

test('the events of an effect are handled before the next message', async () => {
  const state = await run([given('a>x', 'b', 'end')], (effect) => [`${effect} done`])
  assert.deepEqual(state, ['a', 'x done', 'b', 'end'])
})

test('if the events of an effect arrive later, other events are handled meanwhile', async () => {
  const finish = Promise.withResolvers<readonly Event[]>()
  const state = await run([given('a>x', 'b>y')], (effect) => {
    if (effect === 'x') return { later: finish.promise }
    finish.resolve(['x at last', 'end'])
    return []
  })
  assert.deepEqual(state, ['a', 'b', 'x at last', 'end'])
})

test('an effect that fails stops the actor', async () => {
  await assert.rejects(
    run([given('a>x', 'b')], () => Promise.reject(new Error('the effect failed'))),
    /the effect failed/,
  )
  await assert.rejects(
    run([given('a>x', 'b')], () => ({ later: Promise.reject(new Error('it failed later')) })),
    /it failed later/,
  )
})

test('a source that fails stops the actor', async () => {
  const failing: Source<Event> = (sink) => {
    sink.fail(new Error('no more events'))
    return () => undefined
  }
  await assert.rejects(
    run([failing], () => []),
    /no more events/,
  )
})

test('of the queued events of one slot, only the newest is handled', async () => {
  const busy = Promise.withResolvers<readonly Event[]>()
  let put: (event: Event) => void = () => undefined
  const slot: Source<Event> = (sink) => {
    put = sink.slot()
    return () => undefined
  }
  const state = await run([given('a>x', 'b', 'end'), slot], (effect) => {
    if (effect !== 'x') return []
    put('heads 1')
    put('heads 2')
    put('heads 3')
    busy.resolve([])
    return busy.promise
  })
  assert.deepEqual(state, ['a', 'b', 'end'])

  const later = await run([given('a>x'), slot], (effect) => {
    if (effect !== 'x') return []
    for (const event of ['heads 1', 'heads 2', 'end']) put(event)
    return []
  })
  assert.deepEqual(later, ['a', 'end'])
})

test('a source that waits for `push` pushes the next event only after the actor took the previous one', async () => {
  const log: string[] = []
  const paced: Source<Event> = (sink) => {
    const pump = async () => {
      for (const event of ['1>x', '2>x', 'end']) {
        log.push(`push ${event}`)
        await sink.push(event)
      }
    }
    void pump()
    return () => undefined
  }
  await run([paced], async (effect) => {
    log.push(`perform ${effect}`)
    await Promise.resolve()
    return []
  })
  assert.deepEqual(log.slice(0, 3), ['push 1>x', 'push 2>x', 'perform x'])
})

test('when an actor ends, its sources are stopped and no event is taken any more', async () => {
  let stopped = 0
  const source: Source<Event> = (sink) => {
    void sink.push('end')
    void sink.push('too late')
    return () => stopped++
  }
  assert.deepEqual(await run([source], () => []), ['end'])
  assert.equal(stopped, 1)
})

test('when an actor ends or fails, the calls that it has not answered are refused', async () => {
  for (const effects of ['', '>boom']) {
    const calls = new OpenCalls()
    const answer = new Promise((respond, refuse) => calls.add(respond, refuse))
    const inbox = new Inbox([given(`a${effects}`)], {
      bus: { tracing: noTracing },
      signal: AbortSignal.timeout(10),
    })
    const perform = () => {
      throw new Error('broken')
    }
    const running = runActor({ state: [], step, inbox, perform, calls })
    await Promise.all([
      assert.rejects(answer, { code: 'aborted' }),
      effects === '' ? running : assert.rejects(running, /broken/),
    ])
  }
})

test('each state is observed before its effects are carried out', async () => {
  const seen: string[] = []
  const ended = new AbortController()
  const inbox = new Inbox([given('a>x', 'b>y', 'end')], {
    bus: { tracing: noTracing },
    signal: ended.signal,
  })
  await runActor({
    state: [] as readonly string[],
    step,
    inbox,
    observe: (state) => {
      seen.push(state.join(''))
      if (state.at(-1) === 'end') ended.abort()
    },
    perform: (effect) => {
      seen.push(effect)
      return []
    },
  })
  assert.deepEqual(seen, ['a', 'x', 'ab', 'y', 'abend'])
})
