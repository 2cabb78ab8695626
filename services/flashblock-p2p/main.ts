import { runService } from '#service/run-service.ts'
import { config } from './config.ts'
import { start } from './run.ts'

await runService('flashblock-p2p', config, start)
