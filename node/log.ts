/** The node's log: one JSON object a line, without secrets. */
import { destination, type Logger, pino } from 'pino';
import { Failure } from './failure.ts';

export type Log = Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const STANDARD_ERROR = 2;

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

/**
 * A log to a file (appended to, made with mode 0600), or to standard error when `file` is null. Each line is written
 * before the call returns, so that the last ones before a crash are there. Throws `folder-unreadable`.
 */
export function createLog(options: { level: LogLevel; file: string | null }): Log {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const stream = opened(options.file);
  // A full disk must stop the log at most.
  stream.on('error', () => undefined);
  return pino(
    {
      level: options.level,
      // With message and stack; other keys would show an empty object.
      errorKey: 'error',
      redact: { paths, censor: '[secret]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

function opened(file: string | null): ReturnType<typeof destination> {
  try {
    return destination({ dest: file ?? STANDARD_ERROR, sync: true, mkdir: true, mode: 0o600 });
  } catch (cause) {
    throw new Failure('folder-unreadable', `The log ${file} cannot be written: ${String(cause)}.`, { cause });
  }
}
