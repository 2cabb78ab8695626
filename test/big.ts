import { readGenesis } from '#devnet/execution/recorded/read-genesis.ts'
import { addBlock, deposit, openChain } from '#test/fakes/execution-chain.ts'
const genesis = await readGenesis('/tmp/bigchain/genesis.json')
const chain = openChain({ path: '/tmp/bigchain/data/chain.sqlite', genesis })
let block: any = chain.head
const start = performance.now()
for (let at = 1; at <= 100_000; at++) {
  block = await addBlock(chain, block, [deposit(at, { mint: 1n })])
  const fin = at > 20 ? chain.canonical(BigInt(at - 20)) : undefined
  chain.choose({ head: block.hash, safe: fin?.hash, finalized: fin?.hash })
  if (at % 10_000 === 0) console.log(at, ((performance.now() - start) / 1000).toFixed(0), (process.memoryUsage().rss / 1e6).toFixed(0))
}
chain.close()
