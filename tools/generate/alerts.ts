/** An alert for Prometheus. */
export interface Alert {
  readonly name: string
  /** Condition, in PromQL. */
  readonly expr: string
  /** How long the condition holds before the alert fires. */
  readonly for: string
  /** `page`: act now, since the node makes no progress or will soon make none; `ticket`: act within days. */
  readonly severity: 'page' | 'ticket'
  readonly means: string
  readonly action: string
}

/** The alerts. The rules file and the metrics page are generated from this table. */
export const alerts: readonly Alert[] = [
  {
    name: 'AtollNodeDown',
    expr: 'up{job="atoll"} == 0',
    for: '2m',
    severity: 'page',
    means: 'the node does not answer at --metrics-port',
    action:
      'check whether the node runs, and read the end of its log; exit code 2 means wrong settings, which a restart does not fix',
  },
  {
    name: 'AtollServiceDown',
    expr: 'atoll_node_restarts_total unless on (instance, service) atoll_service_ready',
    for: '2m',
    severity: 'page',
    means: 'a service of the node does not run',
    action:
      'atoll status says why the service ends; docs/fault-codes.md has the advice for the fault code',
  },
  {
    name: 'AtollServiceRestarts',
    expr: 'increase(atoll_node_restarts_total[15m]) > 2',
    for: '0m',
    severity: 'page',
    means: 'a service fails again and again',
    action:
      'atoll status says why the service ends; docs/fault-codes.md has the advice for the fault code',
  },
  {
    name: 'AtollNotReady',
    expr: 'atoll_service_ready == 0 unless atoll_service_standby == 1',
    for: '10m',
    severity: 'page',
    means: 'a service has not been ready for 10 minutes',
    action: 'atoll status and /readyz name the reason and what to do',
  },
  {
    name: 'AtollSafeHeadStands',
    expr: 'changes(atoll_engine_head_number{label="safe"}[5m]) == 0',
    for: '25m',
    severity: 'page',
    means: 'no block became safe for 30 minutes',
    action:
      'docs/operations.md, "The safe head stands still"; allow more time if the batcher of the chain posts rarely',
  },
  {
    name: 'AtollNoPeers',
    expr: 'atoll_gossip_peers == 0',
    for: '15m',
    severity: 'ticket',
    means: 'the node has no peers, so its unsafe blocks come only from L1',
    action: 'docs/operations.md, "Peers"; check that the ports are open and the static peers run',
  },
  {
    name: 'AtollBlocksNotSigned',
    expr: 'increase(atoll_gossip_signatures_total{outcome!="signed"}[5m]) > 3',
    for: '0m',
    severity: 'page',
    means:
      'the remote signer does not sign the blocks of the sequencer, so that peers get them only from L1',
    action: 'docs/sequencing.md, "Remote signer"; atoll status has the reason',
  },
  {
    name: 'AtollSequencerStands',
    expr: 'atoll_sequencer_active == 1 unless increase(atoll_sequencer_blocks_total[2m]) > 0',
    for: '1m',
    severity: 'page',
    means: 'the sequencer is started, and has made no block for 2 minutes',
    action:
      'atoll status says what the sequencer waits for; docs/sequencing.md, "It makes no blocks"',
  },
  {
    name: 'AtollSequencerRecovers',
    expr: 'atoll_sequencer_recovering == 1 and atoll_sequencer_active == 1',
    for: '1h',
    severity: 'page',
    means: 'recover mode has been on for an hour, so that blocks have no transactions of users',
    action:
      'docs/sequencing.md, "Recover mode": turn it off when the L1 origin of the unsafe head is near the L1 head and the safe head moves',
  },
  {
    name: 'AtollBuilderNotUsed',
    expr: 'sum by (instance) (increase(atoll_sequencer_builder_blocks_total{outcome!="not-asked"}[30m])) > 0 unless sum by (instance) (increase(atoll_sequencer_builder_blocks_total{outcome="used"}[30m])) > 0',
    for: '10m',
    severity: 'ticket',
    means: 'the sequencer asked the builder for blocks, and has used no block of it for 30 minutes',
    action: 'atoll status has the last reason; docs/building.md explains the outcomes',
  },
  {
    name: 'AtollFinalizedHeadStands',
    expr: 'changes(atoll_engine_head_number{label="finalized"}[15m]) == 0',
    for: '45m',
    severity: 'ticket',
    means: 'no block became final for an hour',
    action:
      'check whether L1 finalizes, and whether the nodes of --l1-rpc-urls return the block `finalized`; allow more time if the batcher posts rarely',
  },
  {
    name: 'AtollL1HeadStands',
    expr: 'changes(atoll_da_watcher_head_number{label="head"}[2m]) == 0',
    for: '3m',
    severity: 'page',
    means: 'no new block of L1 was seen for 5 minutes',
    action:
      'check whether the nodes of --l1-rpc-urls are in sync, and add a node of another operator',
  },
  {
    name: 'AtollDerivationBehind',
    expr: 'max by (instance) (atoll_da_watcher_head_number{label="head"}) - max by (instance) (atoll_derivation_current_l1_number) > 100',
    for: '15m',
    severity: 'ticket',
    means: 'derivation is more than 100 blocks behind the head of L1',
    action:
      'wait while derivation catches up; otherwise, atoll status names what derivation waits for: often L1 blocks, blobs or the execution client',
  },
  {
    name: 'AtollDerivationHalted',
    expr: 'atoll_derivation_halts_total > 0',
    for: '0m',
    severity: 'page',
    means: 'derivation halted, because to continue would split the chain',
    action:
      'compare the block that atoll status names with the block of another node, and look for a newer version of Atoll; the alert ends when derivation is restarted',
  },
  {
    name: 'AtollExecutionClientTooOld',
    expr: 'atoll_engine_fork_gap_start_seconds - time() < 14 * 86400',
    for: '5m',
    severity: 'page',
    means:
      'a fork that the execution client does not support starts within 14 days, or has started',
    action: 'update the execution client before the fork; atoll status says what the client lacks',
  },
  {
    name: 'AtollExecutionClientFails',
    expr: 'sum by (instance, code) (increase(atoll_engine_failures_total[10m])) > 10',
    for: '10m',
    severity: 'page',
    means: 'the engine repeatedly fails to work with the execution client',
    action: 'docs/fault-codes.md has the advice for the code; see the log of the execution client',
  },
  {
    name: 'AtollL1Fails',
    expr: 'sum by (instance, code) (increase(atoll_da_watcher_failures_total[10m])) > 50',
    for: '10m',
    severity: 'ticket',
    means: 'endpoints of L1 fail often',
    action:
      'docs/fault-codes.md has the advice for the code; the log names the endpoint; --l1-rate-limit keeps the node below the limit of a provider',
  },
  {
    name: 'AtollL1WrongAnswers',
    expr: 'delta(atoll_da_watcher_endpoint_wrong_answers[1h]) > 0',
    for: '0m',
    severity: 'ticket',
    means: 'an endpoint of L1 gave an answer that failed verification',
    action: 'atoll status says what was wrong; if it happens again, replace the endpoint',
  },
  {
    name: 'AtollResets',
    expr: 'sum by (instance) (increase(atoll_derivation_resets_total[1h])) > 3',
    for: '0m',
    severity: 'ticket',
    means: 'derivation is reset again and again',
    action:
      'the label cause of the metric and the log name the reason; for the cause l1-reorg, check whether the endpoints of L1 follow one chain',
  },
  {
    name: 'AtollFlashblocksLost',
    expr: 'increase(atoll_engine_takeovers_total{how="dropped"}[10m]) > 0 or increase(atoll_flashblock_p2p_equivocations_total[10m]) > 0',
    for: '0m',
    severity: 'page',
    means: 'published flashblocks are not in the chain, or a builder contradicted itself',
    action: 'docs/flashblocks.md; the log names the reason and the transactions',
  },
  {
    name: 'AtollFlashblocksAlone',
    expr: 'atoll_flashblock_p2p_peers == 0 or rate(atoll_flashblock_p2p_unacknowledged_total[5m]) > 0.1',
    for: '5m',
    severity: 'ticket',
    means:
      'no other builder has the flashblocks that this node publishes, so they would be lost with it',
    action:
      'check that the other builders run, and that --flashblock-known-peers names them; a single builder has no use for this alert',
  },
  {
    name: 'AtollBuilderClock',
    expr: 'atoll_flashblock_p2p_clock_difference_seconds > 0.5',
    for: '5m',
    severity: 'ticket',
    means:
      'the clocks of two builders differ, so a takeover begins late or early; from two seconds on, flashblocks are refused',
    action: 'check the time synchronisation of both machines; the log names the builder',
  },
  {
    name: 'AtollBusSlow',
    expr: 'histogram_quantile(0.99, sum by (instance, le) (rate(atoll_bus_publish_seconds_bucket[10m]))) > 1',
    for: '10m',
    severity: 'ticket',
    means: 'the NATS server needs more than a second to store a message',
    action: 'check whether the disk of --data-dir is slow, or the machine is overloaded',
  },
]

/** A rules file for Prometheus. */
export function alertRules(): string {
  return [
    '# Made by `npm run generate` from tools/generate/alerts.ts; docs/metrics.md explains each alert.',
    'groups:',
    '  - name: atoll',
    '    rules:',
    ...alerts.flatMap((alert) => [
      `      - alert: ${alert.name}`,
      `        expr: ${yamlText(alert.expr)}`,
      `        for: ${alert.for}`,
      '        labels:',
      `          severity: ${alert.severity}`,
      '        annotations:',
      `          summary: ${yamlText(alert.means)}`,
      `          description: ${yamlText(alert.action)}`,
    ]),
    '',
  ].join('\n')
}

function yamlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
