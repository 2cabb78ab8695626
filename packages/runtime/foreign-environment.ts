/** The environment of this process without Atoll's settings, because each child process gets only its own settings. */
export function foreignEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(?:ATOLL|OP_NODE)_/u.test(name))
  return Object.fromEntries(entries)
}
