/** The node's process of the desktop program, over Node.js's own channel instead of Electron's. */

import type { ToNode } from '#desktop/main/node-messages.ts';
import { runNode } from '#desktop/main/node-process.ts';

await runNode({
  send: (message) => void process.send?.(message),
  onMessage: (listener) => void process.on('message', (message) => listener(message as ToNode)),
});
process.exit();
