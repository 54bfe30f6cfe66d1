/** Gives a process that Node.js forked what Electron gives its utility processes: `process.parentPort`. For `--import`. */
process.parentPort = {
  postMessage: (message) => process.send(message),
  on: (_event, listener) => process.on('message', (data) => listener({ data })),
};
