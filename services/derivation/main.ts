import { runService } from '#service/run-service.ts'
import { config } from './config.ts'
import { startDerivation } from './start.ts'

await runService('derivation', config, startDerivation)
