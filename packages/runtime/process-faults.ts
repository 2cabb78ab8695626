import type { FaultRule } from './fault-rule.ts'

/** Faults of the bus, of processes, files, settings and records. */
export const processFaults = {
  aborted: {
    severity: 'temporary',
    means: 'a call was cancelled because the process or the caller stops',
    advice: 'nothing to do',
  },
  'bad-key': {
    severity: 'critical',
    means: 'a file does not hold a key or certificate of the expected form',
    advice:
      'see that the setting names the right file, and make the key or certificate again if it is damaged',
    exit: 'usage',
  },
  busy: {
    severity: 'temporary',
    means: 'a service has as many calls in progress as it accepts',
    advice: 'if this lasts, see what the called service waits for',
  },
  'cache-refused': {
    severity: 'critical',
    means: 'the folder for downloaded and built programs cannot be written',
    advice: 'see that the folder is writable and its disk has room',
  },
  closed: {
    severity: 'critical',
    means: 'the bus was closed while something used it',
    advice: 'nothing to do while the process stops; otherwise restart the process',
    endsProcess: true,
  },
  'command-failed': {
    severity: 'critical',
    means: 'a program that Atoll runs, such as go or docker, failed',
    advice: 'read the output of the program in the message, and run the command by hand',
  },
  conflict: {
    severity: 'temporary',
    means: 'a compare-and-set write found a newer value',
    advice: 'nothing to do: the writer reads the value and tries again',
  },
  devnet: {
    severity: 'critical',
    means: 'a devnet did not reach the requested heads',
    advice:
      'see what the services of the devnet wait for, or allow more time with --timeout-seconds',
  },
  'devnet-part': {
    severity: 'critical',
    means: 'a part of a devnet does not run: its L1 or an execution client',
    advice: 'see the output of the part in the message, and start the devnet again',
  },
  fenced: {
    severity: 'critical',
    means: 'another instance wrote a state of this service',
    advice:
      'run only one instance with each --instance name; this instance ends; when it is started again, it stands by',
    endsProcess: true,
  },
  'file-exists': {
    severity: 'critical',
    means: 'a secret would overwrite an existing file',
    advice: 'name another file, or remove the existing one if its key is not needed any more',
  },
  'file-refused': {
    severity: 'critical',
    means: 'a secret file cannot be read or written',
    advice:
      'see that the folder of the file exists, and that the user of this process has access to the folder and the file',
  },
  'folder-busy': {
    severity: 'critical',
    means: 'another process serves the bus in this folder',
    advice: 'stop that process, or choose another --data-dir',
  },
  'folder-refused': {
    severity: 'critical',
    means: 'the folder of the bus cannot be used',
    advice: 'see that all files in the folder are writable, and that its disk has room',
    exit: 'usage',
  },
  'folder-taken': {
    severity: 'critical',
    means: 'the folder of the bus belongs to another node or chain',
    advice: 'give each node its own --data-dir',
    exit: 'usage',
  },
  'health-port': {
    severity: 'critical',
    means: 'the health server cannot listen',
    advice: 'choose another --health-port or --health-host',
  },
  internal: {
    severity: 'temporary',
    means: 'the called service failed while it handled the call',
    advice: 'that service stops: see its log for the error, and report the error as a bug',
  },
  'invalid-file': {
    severity: 'critical',
    means: 'a file that a setting names cannot be read or used',
    advice: 'see the message for the file and what is wrong with it',
    exit: 'usage',
  },
  'lease-expired': {
    severity: 'critical',
    means: 'the lease of this instance may have passed to another',
    advice:
      'restart this instance, unless a supervisor does; it then stands by while another instance holds the lease',
    endsProcess: true,
  },
  'lease-lost': {
    severity: 'critical',
    means: 'another instance took the lease',
    advice:
      'restart this instance, unless a supervisor does; it then stands by while another instance holds the lease',
    endsProcess: true,
  },
  malformed: {
    severity: 'critical',
    means: 'a call or its answer has the wrong message type, or cannot be decoded',
    advice: 'run the same version of all services of a node',
  },
  'nats-port': {
    severity: 'critical',
    means: 'the port of the NATS server is in use',
    advice: 'end the process that has the port, or choose another port',
  },
  'nats-server-failed': {
    severity: 'critical',
    means: 'the NATS server ended or did not start',
    advice: 'read the output of the NATS server in the message, and the log of the node',
  },
  'nats-server-missing': {
    severity: 'critical',
    means: 'there is no NATS server to run',
    advice: 'install nats-server, Go or Docker, or name a program with --nats-server',
    exit: 'usage',
  },
  'no-node': {
    severity: 'critical',
    means: 'no node runs here',
    advice: 'start one with atoll node, or name another with --data-dir or --nats-urls',
    exit: 'noNode',
  },
  'not-permitted': {
    severity: 'critical',
    means: 'the NATS server refuses the key or a subject',
    advice:
      'see that --nats-seed-file is given and belongs to this service and node, and check --chain-id and --node',
    exit: 'usage',
  },
  'not-trusted': {
    severity: 'critical',
    means: 'the certificate of the NATS server is not trusted',
    advice:
      'name the certificate authority in --nats-ca-file, and see that the certificate has the host of --nats-urls',
  },
  'peer-unchanged': {
    severity: 'critical',
    means: 'gossip could not change a peer as an operator asked',
    advice: 'see the message for the reason; atoll peers lists the peers',
  },
  record: {
    severity: 'critical',
    means: 'a record of a chain cannot be used',
    advice: 'see the message for the file and line; make the record again if it is damaged',
    exit: 'usage',
  },
  'recording-refused': {
    severity: 'critical',
    means: 'a node refused a call, gave a wrong answer or lacks data while a chain was recorded',
    advice: 'use a node that serves the methods and has the data in the message',
  },
  'recording-stopped': {
    severity: 'critical',
    means: 'a recording was stopped before its end',
    advice: 'record again: the stopped recording left no files',
  },
  'recording-without-block': {
    severity: 'critical',
    means: 'the L2 node does not have a block to record',
    advice: 'use a node that has the block, or give another --from and --to',
  },
  'p2p-port': {
    severity: 'critical',
    means: 'the p2p host cannot listen on its addresses',
    advice:
      'see that no other process has the address and port, or choose others with --p2p-listen-ip, --p2p-listen-tcp and --p2p-listen-udp',
  },
  'publish-refused': {
    severity: 'critical',
    means: 'gossip did not hand a block of the sequencer to the peers',
    advice:
      'see the reason in the message: most often the key of --p2p-sequencer-key-file, or the account of --signer-address',
  },
  'remote-fault': {
    severity: 'temporary',
    means: 'another service failed with a code that this version does not know',
    advice: 'run the same version of all services of a node; see the log of that service',
  },
  'server-unsupported': {
    severity: 'critical',
    means: 'the NATS server is too old or lacks JetStream',
    advice: 'use a NATS server that meets the requirement in the message',
  },
  settings: {
    severity: 'critical',
    means: 'settings are wrong, or contradict each other',
    advice: 'see --help and docs/configuration.md',
    exit: 'usage',
  },
  'signer-failed': {
    severity: 'temporary',
    means: 'the remote signer did not sign a block of the sequencer',
    advice:
      'see the reason in the message, and the log of the signer at --signer-url; the sequencer goes on without it, and peers get its blocks from L1',
  },
  'store-refused': {
    severity: 'temporary',
    means: 'the NATS server did not store a message',
    advice: 'if this lasts, see the log and the disk of the NATS server',
  },
  'stream-forbidden': {
    severity: 'critical',
    means: 'the NATS server does not let this key manage streams',
    advice: 'use the key of the provision role',
  },
  'stream-missing': {
    severity: 'critical',
    means: 'the bus lacks a stream',
    advice: 'run atoll bus provision',
  },
  'stream-refused': {
    severity: 'temporary',
    means: 'the NATS server refused a request about a stream',
    advice: 'if this lasts, see the log of the NATS server',
  },
  timeout: {
    severity: 'temporary',
    means: 'the bus, or a service on it, did not answer in time',
    advice: 'if this lasts, see that the service that was called runs',
  },
  'too-large': {
    severity: 'critical',
    means: 'a message is larger than the bus carries',
    advice: 'report it as a bug, and quote the error text',
  },
  unavailable: {
    severity: 'temporary',
    means: 'the bus is down, or no service answers this call',
    advice: 'see that the NATS server and the service run',
  },
} as const satisfies Readonly<Record<string, FaultRule>>
