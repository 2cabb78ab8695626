import { runService } from '#service/run-service.ts'
import { config } from './config.ts'
import { startDaWatcher } from './start.ts'

await runService('da-watcher', config, startDaWatcher)
