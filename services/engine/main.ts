import { runService } from '#service/run-service.ts'
import { config } from './config.ts'
import { startEngine } from './start.ts'

await runService('engine', config, startEngine)
