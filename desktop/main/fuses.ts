/**
 * Switches of Electron's binary that are burnt in when the program is packed, by their place in Electron's fuse wire
 * (`FuseV1Options` of `@electron/fuses`). Every one of them is decided here: a new one in a later Electron fails the build.
 */
export const FUSES = {
  version: '1',
  strictlyRequireAllFuses: true,
  /** RunAsNode: the program is no Node.js for whoever sets ELECTRON_RUN_AS_NODE. The node runs in a utility process. */
  0: false,
  /** EnableCookieEncryption: nothing is kept in cookies; were there one, it would be encrypted. */
  1: true,
  /** EnableNodeOptionsEnvironmentVariable: NODE_OPTIONS cannot load code into it. */
  2: false,
  /** EnableNodeCliInspectArguments: no debugger by an argument. */
  3: false,
  /** EnableEmbeddedAsarIntegrityValidation: changed code is not run, where the system's Electron checks that. */
  4: true,
  /** OnlyLoadAppFromAsar: a folder beside the archive is not loaded instead of it. */
  5: true,
  /** LoadBrowserProcessSpecificV8Snapshot: there is no snapshot of our own. */
  6: false,
  /** GrantFileProtocolExtraPrivileges: nothing is shown from files. */
  7: false,
  /** WasmTrapHandlers: WebAssembly of libsodium is as fast as it can be. */
  8: true,
} as const;
