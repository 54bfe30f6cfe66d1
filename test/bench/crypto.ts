/** Signatures as the node makes them, statement and all, against node:crypto alone. */
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { publicKeyFromBytes } from '#protocol/identity.ts';
import type { TxId } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { type PrepareStatement, signWith, statementBytes, verifyWith } from '#protocol/statement.ts';
import { type Bench, rate } from './figure.ts';
import { rates } from './loop.ts';

const SIGN = 'crypto sign';
const VERIFY = 'crypto verify';
const COST_CALLS = 4_000;

export interface CryptoCost {
  readonly signMs: number;
  readonly verifyMs: number;
}

/** CPU time of one signature and one verification by node:crypto, with the key at hand. */
export function cryptoCost(): CryptoCost {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const message = randomBytes(prepareBytes().length);
  const signature = sign(null, message, privateKey);
  return {
    signMs: cpuMsOf(() => void sign(null, message, privateKey)),
    verifyMs: cpuMsOf(() => void verify(null, message, publicKey, signature)),
  };
}

function cpuMsOf(piece: () => void): number {
  const before = process.cpuUsage();
  for (let call = 0; call < COST_CALLS; call++) piece();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / COST_CALLS;
}

function prepareBytes(): Uint8Array {
  return statementBytes(prepareStatement(nodeEd25519.publicKey(randomBytes(32))));
}

function prepareStatement(key: Uint8Array): PrepareStatement {
  const signer = publicKeyFromBytes(key);
  if (isRefusal(signer)) throw new Error('a key of another length');
  const txId = randomBytes(32).toString('hex') as TxId;
  return { domain: 'geo/1/prepare', network: 'geo-bench', txId, routeIndex: 0, position: 1, signer };
}

export const crypto: Bench = {
  word: 'crypto',
  names: [SIGN, VERIFY],
  async run() {
    const seed = randomBytes(32);
    const key = nodeEd25519.publicKey(seed);
    const statement = prepareStatement(key);
    const bytes = statementBytes(statement);
    const ourSign = signWith(nodeEd25519, seed);
    const ourVerify = verifyWith(nodeEd25519);
    const signature = ourSign(statement);
    const { privateKey } = generateKeyPairSync('ed25519');
    const publicKey = createPublicKey(privateKey);
    const plain = sign(null, bytes, privateKey);
    const [ours, theirs, ourVerifies, theirVerifies] = await rates([
      () => void ourSign(statement),
      () => void sign(null, bytes, privateKey),
      () => void ourVerify(statement, signature),
      () => void verify(null, bytes, publicKey, plain),
    ]);
    return [rate(SIGN, 'signatures/s', ours, theirs), rate(VERIFY, 'verifications/s', ourVerifies, theirVerifies)];
  },
};
