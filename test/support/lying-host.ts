/** A host that speaks the protocol and keeps none of its rules: it signs and sends whatever a test wants. */
import { accountsRoot, type CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import type { MandateRecord } from '#protocol/delegation/mandate.ts';
import { decodeHosted, encodeHosted, type HostedMessage } from '#protocol/hosted-link.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/link.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { mandateOf } from './hosted.ts';
import type { TestNode } from './nodes.ts';
import type { Person } from './people.ts';
import { type RawPeer, startRawPeer } from './raw-peer.ts';

const HOUR_MS = 3_600_000;

export interface LyingHost {
  readonly peer: RawPeer;
  /** A delegation of somebody to this host, over accounts, now. */
  mandate(participant: Person, accounts: readonly CappedAccount[]): MandateRecord;
  /** Links somebody it hosts with the node. */
  open(mandate: MandateRecord): Promise<void>;
  /** Sends as somebody. */
  say(from: PublicKey, message: Message): void;
  /** The next message of the node to somebody that is of this kind. */
  next<T extends Message['type']>(to: PublicKey, type: T): Promise<Extract<Message, { type: T }>>;
  /** All that was said before has been taken by the node. */
  settled(): Promise<void>;
  /** Messages of the node to somebody so far. */
  heard(to: PublicKey): readonly Message[];
}

/** A node, as far as a host says anything to it. */
interface Told {
  readonly node: Pick<TestNode['node'], 'publicKey' | 'addresses'>;
  readonly config: Pick<TestNode['config'], 'network'>;
}

/** Links a lying host, whose key is the person's, with a node; it speaks to whom that hosts where `to` names somebody else. */
export async function startLyingHost(host: Person, node: Told, to = node.node.publicKey): Promise<LyingHost> {
  const peer = await startRawPeer({ seed: host.seed });
  const addresses = node.node.addresses();
  const stream = await peer.link(addresses, { network: node.config.network });
  const heard: { to: PublicKey; message: Message }[] = [];
  const opened = new Set<PublicKey>();
  let news = Promise.withResolvers<void>();
  const take = (said: HostedMessage | null): void => {
    if (said?.type === 'hosted-open') opened.add(said.to);
    if (said?.type === 'hosted-frame') {
      const message = decodeMessage(said.frame);
      if (!isRefusal(message)) heard.push({ to: said.to, message });
    }
    news.resolve();
    news = Promise.withResolvers();
  };
  void (async () => {
    for (;;) take(decodeHosted(await stream.nextFrame()));
  })().catch(() => undefined);
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    const late = AbortSignal.timeout(10_000);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (late.aborted) throw new Error('the node did not say it in ten seconds');
      await Promise.race([news.promise, new Promise((resolve) => late.addEventListener('abort', resolve))]);
    }
  };
  return {
    peer,
    mandate(participant, accounts) {
      const nowMs = Date.now();
      const times = { notBeforeMs: nowMs - HOUR_MS, notAfterMs: nowMs + HOUR_MS, seq: nowMs };
      return mandateOf(participant, host, accounts, {
        ...{ network: node.config.network, accountsRoot: accountsRoot(accounts), ...times },
      });
    },
    async open({ delegation, participantSignature: signature }) {
      const from = delegation.participant;
      stream.sendFrame(encodeHosted({ type: 'hosted-open', from, to, proof: { delegation, signature } }));
      await until(() => (opened.has(from) ? true : undefined));
    },
    say(from, message) {
      stream.sendFrame(encodeHosted({ type: 'hosted-frame', from, to, frame: encodeMessage(message) }));
    },
    async next<T extends Message['type']>(whom: PublicKey, type: T) {
      return until(() => {
        const at = heard.findIndex((said) => said.to === whom && said.message.type === type);
        return at < 0 ? undefined : (heard.splice(at, 1)[0]?.message as Extract<Message, { type: T }>);
      });
    },
    settled: () => peer.roundTrip(addresses),
    heard: (whom) => heard.filter((said) => said.to === whom).map(({ message }) => message),
  };
}
