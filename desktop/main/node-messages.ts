/** What the main process and the process of the node say to each other. */

export type ToNode =
  /** Once, first of all. `passphrase` null: the key is not encrypted, or nobody knows what opens it. */
  | { readonly type: 'start'; readonly folder: string; readonly passphrase: string | null }
  | { readonly type: 'stop' }
  /** Its last message has arrived: now its process may end. */
  | { readonly type: 'heard' };

export type FromNode =
  | { readonly type: 'up' }
  /** It did not start. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint: string | null }
  /** It was up and has ended, because somebody wanted it (`problem` null) or not. */
  | { readonly type: 'stopped'; readonly problem: string | null };
