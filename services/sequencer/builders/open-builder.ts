import type { Logger } from 'pino'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import type { Builder, EngineAddress } from './builder.ts'
import { openEngineBuilder } from './engine-builder.ts'
import { loadBuilderModule } from './load-module.ts'
import type { ReadBlock } from './read-block.ts'

/** Settings of the builder. */
export interface BuilderSettings {
  readonly builderModule?: string | undefined
  readonly builderUrl?: string | undefined
  readonly builderJwtSecretFile?: string | undefined
}

/** Time in which a builder has to close. A service has to end within a second. */
export const closingMs = 500

/** What a builder is opened with. */
interface BuilderContext {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly signal: AbortSignal
  readonly readBlock: ReadBlock
}

/**
 * Opens the builder that the settings name; undefined if they name none.
 *
 * @throws Fault `settings` if the settings contradict each other, or the module cannot be used; `bad-key`
 */
export async function openBuilder(
  { builderJwtSecretFile, builderModule, builderUrl }: BuilderSettings,
  context: BuilderContext,
): Promise<{ readonly builder: Builder; close(): Promise<void> } | undefined> {
  const { clock, config, log, signal } = context
  if (builderModule !== undefined && builderUrl !== undefined)
    throw wrong('--builder-module and --builder-url are both given; give one of them')
  if ((builderUrl === undefined) !== (builderJwtSecretFile === undefined))
    throw wrong('--builder-url and --builder-jwt-secret-file belong together; give both or none')
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

function wrong(detail: string): Fault {
  return new Fault('settings', { detail })
}
