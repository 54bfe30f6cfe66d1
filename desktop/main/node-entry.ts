/** What `utilityProcess.fork` runs. */
import type { ParentPort as ElectronPort } from 'electron';
import type { ToNode } from './node-messages.ts';
import { runNode } from './node-process.ts';

// Electron gives its utility processes this; its declarations have it on its own type of `process` only.
const { parentPort: port } = process as unknown as { parentPort: ElectronPort };

await runNode({
  send: (message) => port.postMessage(message),
  onMessage: (listener) => void port.on('message', ({ data }) => listener(data as ToNode)),
});
// Whatever is still open: the store is closed, and nothing else needs an end.
process.exit();
