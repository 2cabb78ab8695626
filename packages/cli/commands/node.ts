import type { Command } from 'commander'
import { opNodeAliases, opNodeForeign } from '#cli/op-node-aliases.ts'
import { forksLine } from '#node/fork-times.ts'
import { nodeSettings, placeNode } from '#node/node-settings.ts'
import { checkSequencerSettings } from '#node/sequencer-settings.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal, unlessStopped, untilAborted } from '#cli/stop-signal.ts'
import { createLog } from '#runtime/log.ts'

/** Adds `atoll node`. */
export function addNodeCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'node',
    summary: 'run all services of a node, with their own bus',
    description:
      'Runs all services of a node as processes, which it restarts when they end, and a NATS server for them. Flags and variables of op-node that have the same meaning are accepted: docs/operations.md has the table.',
    schema: nodeSettings,
    aliases: opNodeAliases,
    foreign: opNodeForeign,
    run: async (settings, { given, passedOver }) => {
      checkSequencerSettings(given)
      const { runNode } = await import('#node/run-node.ts')
      // The rollup config is checked before the data folder is written, since a written folder belongs to one chain.
      const { chainId, dataDir, hardforkTimes } = await placeNode(settings, given)
      const { node, natsServer, natsPort, metricsAddr, metricsPort, logLevel, logFormat } = settings
      const fields = { service: 'node', chainId: String(chainId) }
      const log = createLog({ logLevel, logFormat, fields })
      for (const { what, right } of passedOver) log.warn(`${what}: ${right}`)
      log.info(forksLine(hardforkTimes, Date.now()))
      const signal = stopSignal()
      const starting = runNode({
        chainId,
        node,
        dataDir,
        natsServer,
        natsPort,
        health: { host: metricsAddr, port: metricsPort },
        given,
        signal,
        report: (what, level = 'info') => log[level](what),
      })
      const running = await unlessStopped(starting, signal)
      try {
        await Promise.race([untilAborted(signal), running?.failed])
        log.info('stopping')
      } catch (error) {
        log.error({ error }, 'the node failed')
        throw error
      } finally {
        await running?.stop()
      }
      log.info('stopped')
    },
  })
}
