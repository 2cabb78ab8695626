import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import type { Builder, BuilderOptions, CreateBuilder } from './builder.ts'

/** Time in which a module has to be loaded, and to return its builder. */
export const loadingMs = 10_000

/**
 * Loads a module and creates its builder.
 *
 * @param path relative to the current folder, or absolute
 * @throws Fault `settings` that names the path and the problem
 */
export async function loadBuilderModule(
  path: string,
  options: BuilderOptions,
  clock: Clock,
): Promise<Builder> {
  const loaded = new AbortController()
  const late = async (): Promise<never> => {
    if (!(await sleep(clock, loadingMs, loaded.signal))) return new Promise(() => undefined)
    throw new Error(`it did not return a builder within ${loadingMs / 1_000} s`)
  }
  try {
    return await Promise.race([create(path, options), late()])
  } catch (cause) {
    throw moduleFault(path, cause)
  } finally {
    loaded.abort()
  }
}

async function create(path: string, options: BuilderOptions): Promise<Builder> {
  const { pathname } = pathToFileURL(resolve(path))
  const module = (await import(`file://${pathname}`)) as Readonly<Record<string, unknown>>
  const { createBuilder } = module
  if (typeof createBuilder !== 'function') throw new Error('it exports no function createBuilder')
  const builder: unknown = await (createBuilder as CreateBuilder)(options)
  if (!isBuilder(builder))
    throw new Error('createBuilder did not return an object with the functions start and seal')
  return builder
}

function isBuilder(value: unknown): value is Builder {
  if (typeof value !== 'object' || value === null) return false
  const { start, seal, close } = value as Partial<Record<string, unknown>>
  const canClose = close === undefined || typeof close === 'function'
  return typeof start === 'function' && typeof seal === 'function' && canClose
}

function moduleFault(path: string, cause: unknown): Fault {
  return new Fault('settings', {
    detail: `--builder-module ${path}: ${toError(cause).message}`,
    cause,
  })
}
