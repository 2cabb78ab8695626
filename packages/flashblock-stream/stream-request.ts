import type { StreamPosition } from './recent-flashblocks.ts'

/** How a client wants flashblocks. */
export interface FlashblocksRequest {
  readonly kind: 'flashblocks'
  readonly encoding: 'text' | 'brotli'
  /** What the client gets before new flashblocks: nothing, the current block, or what follows a position. */
  readonly replay: 'none' | 'current' | StreamPosition
}

/** What a client asks for with the path and the query of its URL. */
type StreamRequest =
  | FlashblocksRequest
  /** Retractions only. */
  | { readonly kind: 'events' }
  | { readonly kind: 'refused'; readonly status: 400 | 404; readonly why: string }

/** Paths with flashblocks. op-rbuilder serves any path, websocket-proxy `/ws`. */
const flashblockPaths: readonly string[] = ['/', '/ws']

/** Path with retractions. Consumers of flashblocks do not know them, so they have a path of their own. */
const eventsPath = '/ws/events'

/** Decimal digits of a block number and of an index, at most. */
const [number, index] = [/^\d{1,19}$/u, /^\d{1,9}$/u]

/** Parses the target of an HTTP request. Unknown parameters are ignored, such as the API key of a proxy. */
export function parseStreamRequest(target: string): StreamRequest {
  const [path = '', query = ''] = target.split(/\?(.*)/su)
  if (path === eventsPath) return { kind: 'events' }
  if (!flashblockPaths.includes(path)) {
    const why = `there is no such path: use ${flashblockPaths.join(', ')} or ${eventsPath}`
    return { kind: 'refused', status: 404, why }
  }
  const parameters = new URLSearchParams(query)
  const brotli = parameters.get('brotli')
  if (brotli !== null && !['', 'true'].includes(brotli))
    return refused('brotli: want brotli or brotli=true')
  const replay = replayOf(parameters)
  if (typeof replay === 'object' && 'why' in replay) return refused(replay.why)
  return { kind: 'flashblocks', encoding: brotli === null ? 'text' : 'brotli', replay }
}

function replayOf(
  parameters: URLSearchParams,
): FlashblocksRequest['replay'] | { readonly why: string } {
  const replay = parameters.get('replay')
  if (replay !== null && replay !== 'current') return { why: 'replay: want replay=current' }
  const [block, flashblock] = [parameters.get('block_number'), parameters.get('flashblock_index')]
  if (block === null && flashblock === null) return replay === null ? 'none' : 'current'
  if (replay !== null) return { why: 'want replay=current or block_number, not both' }
  if (block === null || flashblock === null)
    return { why: 'want both block_number and flashblock_index' }
  if (!number.test(block) || !index.test(flashblock))
    return { why: 'block_number and flashblock_index: want whole numbers' }
  return { number: BigInt(block), index: Number(flashblock) }
}

function refused(why: string): StreamRequest {
  return { kind: 'refused', status: 400, why }
}
