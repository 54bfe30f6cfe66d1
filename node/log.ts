/** The node's log: one JSON object a line, without secrets. */
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields that may hold a secret, wherever they are logged up to three levels down. */
const SECRETS = [
  'seed',
  'words',
  'token',
  'cookie',
  'passphrase',
  'privateKey',
  'secret',
  'authorization',
  'randomness',
];

/** A log to a file (appended to, made with mode 0600), or to standard error when `file` is null. */
export function createLog(options: { level: LogLevel; file: string | null }): Log {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level: options.level,
      redact: { paths, censor: '[secret]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.file === null
      ? destination({ dest: 2, sync: true })
      : destination({ dest: options.file, sync: false, mkdir: true, mode: 0o600 }),
  );
}
