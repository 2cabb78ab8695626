import type { Logger } from 'pino'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Builder, EngineAddress } from './builder.ts'
import { type BuilderSettings, checkBuilderSettings } from './builder-settings.ts'
import { openEngineBuilder } from './engine-builder.ts'
import { loadBuilderModule } from './load-module.ts'
import type { ReadBlock } from './read-block.ts'

/** Time in which a builder has to close. A service has to end within a second. */
export const closingMs = 500

/** Dependencies for opening a builder. */
interface BuilderContext {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly signal: AbortSignal
  readonly readBlock: ReadBlock
}

/**
 * Opens the builder that the settings name; undefined if they name no builder.
 *
 * @throws Fault `settings` if the settings contradict each other, or the module cannot be used; `bad-key`
 */
export async function openBuilder(
  settings: BuilderSettings,
  context: BuilderContext,
): Promise<{ readonly builder: Builder; close(): Promise<void> } | undefined> {
  const { clock, config, log, signal } = context
  checkBuilderSettings(settings)
  const { builderJwtSecretFile, builderModule, builderUrl } = settings
  let builder: Builder
  if (builderUrl !== undefined && builderJwtSecretFile !== undefined)
    builder = await openEngineBuilder(
      { url: builderUrl, jwtSecretFile: builderJwtSecretFile },
      context,
    )
  else if (builderModule === undefined) return undefined
  else {
    const options = {
      config,
      signal,
      log: (message: string, fields?: Readonly<Record<string, unknown>>) =>
        log.info({ ...fields }, message),
      openEngine: (engine: EngineAddress): Promise<Required<Builder>> =>
        openEngineBuilder(engine, context),
    }
    builder = await loadBuilderModule(builderModule, options, clock)
  }
  return { builder, close: () => closeBuilder(builder, context) }
}

/** Closes a builder, which may fail or hang. */
async function closeBuilder(builder: Builder, { clock, log }: BuilderContext): Promise<void> {
  const closed = new AbortController()
  const close = async () => {
    try {
      await builder.close?.()
    } catch (error) {
      log.warn({ reason: toError(error).message }, 'the builder failed to close')
    }
  }
  await Promise.race([close(), sleep(clock, closingMs, closed.signal)])
  closed.abort()
}
