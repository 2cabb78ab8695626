import type { FaultRule } from './fault-rule.ts'

/** Faults of L1, the execution client, their endpoints, and the derivation of L2. */
export const chainFaults = {
  'blobs-missing': {
    severity: 'temporary',
    means: 'no beacon endpoint has a blob that a batcher posted',
    advice: 'see --l1-beacon-urls, and --l1-beacon-archive-urls for blobs older than 18 days',
  },
  'chain-database': {
    severity: 'critical',
    means: 'the database of the embedded execution client cannot be used',
    advice:
      'see that the database is writable, that no other process uses it and that its disk has room; if the database is damaged or of another release, delete it: the chain is then executed again',
    exit: 'usage',
  },
  'config-mismatch': {
    severity: 'critical',
    means: 'the database of the embedded execution client belongs to another chain configuration',
    advice: 'give the configuration that the database was made with, or another --data-dir',
    exit: 'usage',
  },
  'deposits-refused': {
    severity: 'critical',
    means: 'the execution client refuses a deposits-only block',
    advice:
      'deposits are always valid, so the execution client follows other rules: see that the version and the genesis of the client have all forks of the chain',
  },
  derivation: {
    severity: 'critical',
    means: 'the L2 chain of a record cannot be derived from the L1 of the record',
    advice: 'check the record with atoll derive, and make it again',
  },
  'engine-forks': {
    severity: 'temporary',
    means: 'the active fork of the execution client is not that of the rollup config',
    advice:
      'compare the fork times in the genesis or the flags of the execution client with the rollup config; a newer version of the client may have the right fork times',
  },
  'engine-forkchoice': {
    severity: 'reset',
    means: 'the execution client does not accept the heads that the engine sends',
    advice: 'if this lasts, the execution client is broken: sync it again',
  },
  'engine-old': {
    severity: 'temporary',
    means: 'the execution client lacks a method of the Engine API',
    advice: 'use a version of the execution client that has all forks of the chain',
  },
  'engine-port': {
    severity: 'temporary',
    means: 'there is no Engine API at the URL of the execution client',
    advice:
      'give --engine-url the port of the Engine API (authrpc, often 8551), not that of the RPC',
  },
  'engine-refused': {
    severity: 'temporary',
    means: 'the execution client refused a call',
    advice: 'see the log of the execution client, and that its version has all forks of the chain',
  },
  'engine-response': {
    severity: 'temporary',
    means: 'an answer of the execution client has an unexpected form',
    advice: 'see that --engine-url is the Engine API of an execution client',
  },
  'engine-syncing': {
    severity: 'temporary',
    means: 'the execution client is syncing and cannot carry out a call yet',
    advice: 'nothing to do while it syncs; its log shows the progress',
  },
  'engine-unauthorized': {
    severity: 'temporary',
    means: 'the execution client refuses the JWT',
    advice:
      'give Atoll and the execution client the same --jwt-secret-file, and see that both clocks are right',
  },
  'engine-unreachable': {
    severity: 'temporary',
    means: 'the execution client does not answer',
    advice: 'see that the execution client runs, and check --engine-url',
  },
  'engine-unsure': {
    severity: 'temporary',
    means: 'the execution client accepted a block and then called it invalid',
    advice: 'if this lasts, see the log of the execution client',
  },
  'genesis-mismatch': {
    severity: 'critical',
    means: 'the database of the embedded execution client has another genesis block',
    advice: 'give the genesis that the database was made with, or another --data-dir',
    exit: 'usage',
  },
  'l1-behind': {
    severity: 'temporary',
    means: 'an L1 endpoint lacks blocks that other endpoints have',
    advice:
      'if this lasts, the endpoint is not in sync or has pruned old data: give another endpoint',
  },
  'l1-cache': {
    severity: 'critical',
    means: 'the cache of L1 data cannot be used',
    advice:
      'see that no other process uses the file and its disk has room; the file may be deleted',
  },
  'l1-inconsistent': {
    severity: 'temporary',
    means: 'L1 blocks do not match each other or the L1 origins of L2 blocks',
    advice:
      'L1 changed while it was read; if this lasts, an endpoint of --l1-rpc-urls is broken, or belongs to another chain',
  },
  'l1-invalid': {
    severity: 'temporary',
    means: 'an L1 endpoint returned data that does not match its hash',
    advice: 'remove this endpoint from --l1-rpc-urls or --l1-beacon-urls',
  },
  'l1-missing': {
    severity: 'temporary',
    means: 'L1 does not have a block that is needed',
    advice: 'if this lasts, see that the nodes of --l1-rpc-urls are in sync',
  },
  'l1-refused': {
    severity: 'temporary',
    means: 'an L1 endpoint refused a call',
    advice:
      'see that the nodes of --l1-rpc-urls serve eth_chainId, and eth_getBlockByNumber for old blocks',
  },
  'l1-reorg': {
    severity: 'critical',
    means: 'L1 was reorganised while it was recorded',
    advice: 'record a range that is final',
  },
  'l1-short': {
    severity: 'critical',
    means: 'L1 ends before the whole range to record can be derived',
    advice: 'record later, or give a lower --to',
  },
  'l1-wrong-chain': {
    severity: 'temporary',
    means: 'an L1 endpoint belongs to another chain',
    advice: 'give --l1-rpc-urls endpoints of the L1 in the rollup config (l1_chain_id)',
  },
  'l1-unavailable': {
    severity: 'temporary',
    means: 'no endpoint of L1 gave an answer',
    advice: 'see that these endpoints run and can be reached from here, or give others',
  },
  'l2-lost': {
    severity: 'reset',
    means: 'the execution client lost a block below its head',
    advice: 'if this lasts, the execution client has lost blocks: sync it again',
  },
  'l2-inconsistent': {
    severity: 'temporary',
    means: 'blocks of the execution client are not linked to each other',
    advice: 'if this lasts, the execution client is broken: sync it again',
  },
  'l2-invalid': {
    severity: 'critical',
    means: 'an L2 node returned a block that does not match its hash',
    advice: 'use another --l2-rpc-url',
  },
  'l2-missing': {
    severity: 'temporary',
    means: 'the execution client does not have a block that is needed',
    advice: 'if this lasts, the execution client has lost blocks: sync it again',
  },
  'no-beacon': {
    severity: 'temporary',
    means: 'there is no beacon API at a URL',
    advice:
      'see that the URL belongs to a consensus client; for an archive without slot times, set --l1-beacon-genesis-time and --l1-beacon-slot-seconds',
  },
  'payload-lost': {
    severity: 'temporary',
    means: 'the execution client forgot a block that it was building',
    advice: 'if this lasts, see the log of the execution client',
  },
  'payload-mismatch': {
    severity: 'critical',
    means: 'the execution client built a block that differs from its attributes',
    advice: 'see that the version and the genesis of the client have all forks of the chain',
  },
  'reorg-past-finality': {
    severity: 'critical',
    means: 'a finalized L2 block was replaced, or its L1 origin is not canonical',
    advice:
      'the execution client or the L1 node has a wrong finalized block: compare both with other nodes, and sync the wrong one again',
  },
  'reorg-too-deep': {
    severity: 'critical',
    means: 'the newest L2 block with a canonical L1 origin is too far below the head',
    advice:
      'the L1 node follows another chain than the one the L2 chain was derived from, or is far behind: compare it with another L1 node',
  },
  'rewind-refused': {
    severity: 'critical',
    means: 'the execution client cannot be rewound to a block',
    advice: 'see the message for the reason',
  },
  'rpc-limited': {
    severity: 'temporary',
    means: 'an endpoint limits the rate of calls',
    advice: 'lower the call rate, or use a plan or an endpoint with a higher limit',
    origin: 'rpc',
  },
  'rpc-port': {
    severity: 'critical',
    means: 'a server that the command starts cannot listen on its port',
    advice: 'choose another port',
  },
  'rpc-refused': {
    severity: 'temporary',
    means: 'an endpoint refused a call',
    advice: 'use an endpoint that serves the method in the message',
    origin: 'rpc',
  },
  'rpc-response': {
    severity: 'temporary',
    means: 'an endpoint returned an unexpected response',
    advice: 'see that the URL belongs to the expected API',
    origin: 'rpc',
  },
  'rpc-status': {
    severity: 'temporary',
    means: 'an endpoint answered with an HTTP error',
    advice: 'check the status in the message, the URL and the credentials',
    origin: 'rpc',
  },
  'rpc-timeout': {
    severity: 'temporary',
    means: 'an endpoint did not answer in time',
    advice: 'see that the endpoint runs and is not overloaded',
    origin: 'rpc',
  },
  'rpc-unreachable': {
    severity: 'temporary',
    means: 'no connection to an endpoint',
    advice: 'see that the endpoint runs, and check the URL',
    origin: 'rpc',
  },
  'peer-store': {
    severity: 'critical',
    means: 'the store of peers and bans cannot be used',
    advice:
      'see that no other process uses --data-dir and its disk has room; the file may be deleted: peers are found again',
  },
  'flashblock-store': {
    severity: 'critical',
    means: 'the store of flashblocks cannot be used',
    advice:
      'see that no other process uses --data-dir and its disk has room; the file may be deleted: it has the flashblocks of unfinished blocks only',
  },
  'safe-head-history': {
    severity: 'critical',
    means: 'the safe-head history cannot be used',
    advice:
      'see that no other process uses --data-dir and its disk has room; a damaged file is moved away automatically',
  },
  'unsupported-chain': {
    severity: 'critical',
    means: 'the chain cannot be derived by this node alone',
    advice:
      'follow a node that has all interop peers of the chain; see lagoon_time and --dependency-set',
  },
  'upgrade-failed': {
    severity: 'critical',
    means: 'the transactions of a network upgrade failed on the genesis',
    advice: 'see that the genesis has the contracts of the earlier forks',
  },
  'wrong-chain': {
    severity: 'critical',
    means: 'settings, execution client and L1 do not belong to the same chain',
    advice:
      'see that --network or --rollup-config, --engine-url and --l1-rpc-urls belong to one chain',
  },
} as const satisfies Readonly<Record<string, FaultRule>>
