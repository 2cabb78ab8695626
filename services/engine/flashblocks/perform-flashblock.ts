import { flashblockBuilt, flashblockChecked } from '#messages/flashblock-subjects.ts'
import { sleep } from '#runtime/clock.ts'
import { Serial } from '#runtime/serial.ts'
import type { Performed } from '#service/actor.ts'
import type { Dependencies } from '#services/engine/perform.ts'
import type { Effect, Event } from '#services/engine/state.ts'

/** An effect that concerns flashblocks. */
type FlashblockEffect = Extract<
  Effect,
  { readonly kind: 'emit-checked' | 'publish-flashblock' | 'wake-flashblock' }
>

/** Returns the function that carries out effects that concern flashblocks. */
export function createFlashblockPerform({
  bus,
  clock,
  metrics,
  signal,
}: Pick<Dependencies, 'bus' | 'clock' | 'metrics' | 'signal'>): (
  effect: FlashblockEffect,
) => Performed<Event> {
  // Appends one flashblock at a time, so that the log on the bus has the flashblocks in the order in which they were
  // made.
  const appends = new Serial()
  return (effect) => {
    switch (effect.kind) {
      case 'emit-checked':
        bus.emit(flashblockChecked, effect.checked)
        metrics.flashblockChecked(effect.checked.outcome.kind)
        return []
      case 'publish-flashblock': {
        metrics.flashblockMade()
        const append = () => bus.append(flashblockBuilt, effect.built)
        return { later: appends.run(append).then(() => []) }
      }
      case 'wake-flashblock': {
        const { atMs, payloadId } = effect
        const over = sleep(clock, Math.max(atMs - clock.now(), 0), signal)
        return { later: over.then(() => [{ kind: 'flashblock-woke', payloadId }]) }
      }
    }
  }
}
