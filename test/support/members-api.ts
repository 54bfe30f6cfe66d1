/** Members of a hub who ask by its OpenAPI document alone; what they sign is made by the code of their browsers. */
import { expect, vi } from 'vitest';
import { makeAttempt, makeMandate, makeTrustLine, type Signer } from '#desktop/ui/src/member/documents.ts';
import { randomHex } from '#desktop/ui/src/member/random.ts';
import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import { checkpointShape, checkpointStatement } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import {
  type HandedAttempt,
  handedAttemptShape,
  handedCheckpointShape,
  handedMandateShape,
  readHanded,
} from '#protocol/delegation/handed-in.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { makeParticipantRecord } from '#protocol/participant-record.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { DEFAULT_POLICY, signedTrustLineShape, type TrustLine } from '#protocol/trust-line.ts';
import { openMember, order, type TestHub, type TestMember } from './members.ts';
import { call, documentAt, type Input, type Operation, operationsOf, type Response } from './openapi-client.ts';
import { type Person, person } from './people.ts';

export const UNIT = 100_000_000n;
export const NETWORK = 'geo';

/** Whoever asks. */
export interface Who {
  readonly person: Person;
  readonly token: () => Promise<string>;
}

export interface ApiMember extends Who {
  readonly key: PublicKey;
  readonly pid: string;
  readonly member: TestMember;
  readonly signer: Signer;
}

export class MembersApi {
  readonly hub: TestHub;
  readonly operations: readonly Operation[];
  /** What went well at least once. */
  readonly done = new Set<string>();
  /** Strangers are counted by place. */
  #places = 0;

  private constructor(hub: TestHub, operations: readonly Operation[]) {
    this.hub = hub;
    this.operations = operations;
  }

  static async open(hub: TestHub): Promise<MembersApi> {
    return new MembersApi(hub, operationsOf(await documentAt(hub.url)));
  }

  get hubKey(): PublicKey {
    return this.hub.hub.node.publicKey;
  }

  /** A new member; the same number is the same key. */
  async member(number: number, name: string, wasElsewhere = false): Promise<ApiMember> {
    const who = person(number);
    const member = await openMember(this.hub.url, who, name, undefined, wasElsewhere);
    const signer = { publicKey: who.key, sign: who.sign, network: NETWORK, hub: this.hubKey };
    return { person: who, key: who.key, pid: pidOf(who.key), member, signer, token: () => member.connection.token() };
  }

  operation(name: string): Operation {
    const found = this.operations.find(({ operationId }) => operationId === name);
    if (found === undefined) throw new Error(`the document has no ${name}`);
    return found;
  }

  /** Asks with what the operation needs; whatever is answered fits the document. */
  async ask(name: string, who: Who | null, input: Input = {}): Promise<Response> {
    const operation = this.operation(name);
    const { needs } = operation;
    const from = `203.0.113.${this.#places++ % 256}`;
    const token = who === null || needs === 'nothing' ? {} : { token: await who.token() };
    const signature =
      who === null || needs !== 'signature'
        ? {}
        : { signer: who.person, session: { network: NETWORK, hub: this.hubKey, participant: who.person.key } };
    return call(operation, input, { url: this.hub.url, from, ...token, ...signature });
  }

  /** As `ask`, and it has to go well. */
  async does<T = unknown>(name: string, who: Who | null, input: Input = {}): Promise<T> {
    const { status, code, answer } = await this.ask(name, who, input);
    if (code !== '') expect.fail(`${name} is refused: ${status} ${JSON.stringify(answer)}`);
    this.done.add(name);
    return answer as T;
  }
}

type Line = Pick<TrustLine, 'to' | 'equivalent' | 'limit'> & Partial<Pick<TrustLine, 'status' | 'policy'>>;

/** A trust line of a member, signed. */
export function lineDocument({ signer }: ApiMember, line: Line): string {
  const wanted = { status: 'active', policy: DEFAULT_POLICY, ...line } as const;
  return toBase64url(encode(signedTrustLineShape, makeTrustLine(signer, wanted, Date.now(), Date.now())));
}

/** A mandate of a member for its hub over one account, signed; newer than all that its page has made. */
export function mandateDocument({ signer }: ApiMember, neighbour: PublicKey): string {
  const nowMs = Date.now();
  const accounts = [{ neighbour, equivalent: 'UAH', cap: 1_000n * UNIT }];
  return toBase64url(encode(handedMandateShape, makeMandate(signer, accounts, nowMs + 1_000, nowMs)));
}

/** The participant record of a member, signed, which names its hub as host. */
export function recordDocument({ signer }: ApiMember, seq = Date.now()): string {
  const { publicKey, network, hub: host, sign } = signer;
  const expiresAtMs = seq + PARTICIPANT_RECORD_LIFETIME_MS;
  const facts = {
    version: VERSION,
    network,
    publicKey,
    host,
    seq,
    expiresAtMs,
    addresses: [],
    capabilities: [],
  } as const;
  return toBase64url(makeParticipantRecord(facts, sign));
}

/** An attempt of a member to pay whoever is last, over all of these, signed. */
export function attemptOf(
  { signer, key }: ApiMember,
  after: readonly [PublicKey, ...PublicKey[]],
  amount: bigint,
): HandedAttempt {
  const receiver = after.at(-1) as PublicKey;
  const wanted = { paymentId: randomHex(32) as PaymentId, receiver, equivalent: 'UAH', amount, sealedMemo: null };
  return makeAttempt(signer, wanted, [{ nodes: [key, ...after], amount }], [randomHex(16)], Date.now());
}

export const attemptDocument = (attempt: HandedAttempt): string => toBase64url(encode(handedAttemptShape, attempt));

/** A checkpoint that the hub wants of this member, signed by it; null: it wants none. */
export async function checkpointDocument(api: MembersApi, who: ApiMember): Promise<string | null> {
  const { accounts } = await api.does<{ accounts: { wanted: string | null }[] }>('getBalanceProofs', who);
  const wanted = accounts.find((account) => account.wanted !== null)?.wanted ?? null;
  if (wanted === null) return null;
  const checkpoint = readHanded(checkpointShape, fromBase64url(wanted));
  if (isRefusal(checkpoint)) throw new Error('the hub wants what is no checkpoint');
  const signature = who.person.sign(checkpointStatement(checkpoint, who.key));
  return toBase64url(encode(handedCheckpointShape, { checkpoint, signature }));
}

/** Each trusts the one before in these members and wants to be asked, and pays the one after: debts that cancel out. */
export async function ringThatAsks(ring: readonly ApiMember[], equivalent: string): Promise<void> {
  const next = (at: number) => ring[(at + 1) % ring.length] as ApiMember;
  const policy = { ...DEFAULT_POLICY, autoClearing: false };
  for (const [at, { key }] of ring.entries())
    await next(at).member.trust(key, equivalent, 100n * UNIT, 'active', policy);
  for (const { member } of ring) await member.renewMandate();
  for (const [at, { member }] of ring.entries()) {
    expect((await member.pay(order(next(at).key, BigInt(5 + at) * UNIT, equivalent))).state).toBe('paid');
  }
}

interface Asked {
  readonly proposals: readonly { readonly id: string; readonly state: string }[];
}

/** Who of these is asked about a clearing, and the id of it. */
export async function whoIsAsked(
  api: MembersApi,
  ring: readonly ApiMember[],
): Promise<readonly [who: ApiMember, id: string]> {
  const look = async (): Promise<readonly [ApiMember, string]> => {
    for (const who of ring) {
      const { proposals } = await api.does<Asked>('getClearing', who);
      const waiting = proposals.find(({ state }) => state === 'PROPOSED');
      if (waiting !== undefined) return [who, waiting.id];
    }
    throw new Error('nobody is asked about a clearing');
  };
  return vi.waitFor(look, { timeout: 60_000, interval: 1_000 });
}
