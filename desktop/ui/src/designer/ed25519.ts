/** What the build puts in place of the node's back end of Ed25519, which a browser does not have: the same bytes and verdicts. */
export { nobleEd25519 as nodeEd25519 } from '#protocol/ed25519.ts';
