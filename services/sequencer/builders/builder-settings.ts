import { Fault } from '#runtime/fault.ts'

/** Settings of the builder. */
export interface BuilderSettings {
  readonly builderModule?: string | undefined
  readonly builderUrl?: string | undefined
  readonly builderJwtSecretFile?: string | undefined
}

/** Checks that the settings of the builder do not contradict each other. @throws Fault `settings` */
export function checkBuilderSettings({
  builderJwtSecretFile,
  builderModule,
  builderUrl,
}: BuilderSettings): void {
  if (builderModule !== undefined && builderUrl !== undefined)
    throw wrong('--builder-module and --builder-url are both given; give one of them')
  if ((builderUrl === undefined) !== (builderJwtSecretFile === undefined))
    throw wrong('--builder-url and --builder-jwt-secret-file belong together; give both or none')
}

function wrong(detail: string): Fault {
  return new Fault('settings', { detail })
}
