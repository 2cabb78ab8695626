/** A top-level folder of the repository, as imports name it. */
export interface Layer {
  /** First part of a path in an import: `#bus/…`. */
  readonly name: string
  /** Folder of the layer in the checkout. */
  readonly folder: string
}

const layer = (name: string, folder = `packages/${name}`): Layer => ({ name, folder })

/**
 * The layers, lowest first. A file imports from its own layer and from layers on lower levels. Layers on one level
 * do not import each other. Lint enforces this (`atoll/layers`), and `tools/graph.ts` checks the graph.
 */
export const levels: readonly (readonly Layer[])[] = [
  [layer('protocol')],
  [layer('messages')],
  [layer('runtime')],
  [layer('bus'), layer('json-rpc')],
  [layer('l1'), layer('engine-api'), layer('libp2p'), layer('flashblock-stream'), layer('service')],
  [layer('services', 'services')],
  [layer('execution-client')],
  [layer('records')],
  [layer('node')],
  [layer('devnet', 'devnet')],
  [layer('cli')],
]

/** Imports that are forbidden although the levels would allow them: services are run, not called. */
const exceptions: readonly (readonly [importer: string, imported: string])[] = [
  ['execution-client', 'services'],
  ['records', 'services'],
]

/** The layer that a file of the checkout belongs to; undefined for tests, tools and generated code. */
export function layerOf(path: string): Layer | undefined {
  return levels.flat().find(({ folder }) => path.startsWith(`${folder}/`))
}

/** The package that a source file belongs to, if it has no layer. */
export function packageWithoutLayer(path: string): string | undefined {
  return layerOf(path) === undefined ? /^packages\/[^/]+(?=\/)/.exec(path)?.[0] : undefined
}

/** Why a file must not import `specifier`; undefined if it may. @param path path of the file from the root */
export function importProblem(path: string, specifier: string): string | undefined {
  const importer = layerOf(path)
  const [, name] = /^#([a-z0-9-]+)\//.exec(specifier) ?? []
  if (importer === undefined || name === undefined) return undefined
  if (name === 'proto' && importer.name === 'messages') return undefined
  if (name === importer.name) return problemAmongServices(path, specifier)
  const isException = exceptions.some(([from, to]) => from === importer.name && to === name)
  if (levelOf(name) < levelOf(importer.name) && !isException) return undefined
  return `${importer.name} must not import #${name}: the layers are ${order}.`
}

/** Services meet only on the bus. */
function problemAmongServices(path: string, specifier: string): string | undefined {
  const [, service] = /^services\/([^/]+)\//.exec(path) ?? []
  if (service === undefined || specifier.startsWith(`#services/${service}/`)) return undefined
  return `service ${service} must not import another service: services meet only on the bus.`
}

const order = levels.map((level) => level.map(({ name }) => name).join(', ')).join(' ← ')

function levelOf(name: string): number {
  const level = levels.findIndex((layers) => layers.some((each) => each.name === name))
  return level < 0 ? Infinity : level
}
