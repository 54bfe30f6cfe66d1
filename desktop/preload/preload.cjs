/**
 * The bridge between the page and the main process: named methods, each of which carries plain data over one channel.
 * It runs in the sandbox, so it is CommonJS and uses nothing but `electron`. Its types are in `bridge.ts`.
 */
const { contextBridge, ipcRenderer } = require('electron');

/** The methods that are one call each; the main process checks who calls and what with. */
const METHODS = [
  'getSituation',
  'getFirstRun',
  'makeIdentity',
  'endFirstRun',
  'unlock',
  'tryAgain',
  'getSettings',
  'setSettings',
  'saveSupportBundle',
];

const call = (method, input) => ipcRenderer.invoke(`geo:${method}`, input);

/** A stream of its own port: it closes when the page goes. */
function openEvents(since, listener) {
  const { port1, port2 } = new MessageChannel();
  const hear = ({ data }) => listener(data);
  port1.addEventListener('message', hear);
  port1.start();
  ipcRenderer.postMessage('geo:events', { since }, [port2]);
  return () => {
    port1.removeEventListener('message', hear);
    port1.postMessage('close');
    port1.close();
  };
}

const bridge = {
  ask: (name, input) => call('ask', { name, input }),
  openEvents,
  // Only the news is passed on: an event of Electron's would hand its sender to the page.
  onSituation: (listener) => void ipcRenderer.on('geo:situation', (_event, situation) => listener(situation)),
  onPlace: (listener) => {
    ipcRenderer.on('geo:place', (_event, place) => listener(place));
    // Links that were opened before the page could hear of them are sent now.
    ipcRenderer.send('geo:place-wanted');
  },
};
for (const method of METHODS) bridge[method] = (input) => call(method, input ?? {});

contextBridge.exposeInMainWorld('geoBridge', bridge);
