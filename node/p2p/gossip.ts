/** Announcements to everyone (§6.1): one gossipsub topic a network and equivalent, judged before they are passed on. */
import { type GossipSub, gossipsub, type Message, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub';
import type { PeerId } from '@libp2p/interface';
import { type GossipVerdict, type SignedAnnouncement, signedAnnouncementShape } from '#protocol/announcement.ts';
import { decode, encode } from '#protocol/codec.ts';
import { excerpt } from '#protocol/excerpt.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_DEPTH } from '#protocol/limits.ts';
import { LruCache } from '#protocol/lru.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../log.ts';
import { Turns } from '../turns.ts';
import {
  ALL_GOSSIP_AT_ONCE,
  ALL_GOSSIP_PER_SECOND,
  GOSSIP_AT_ONCE,
  GOSSIP_PER_SECOND,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_GOSSIP_BYTES,
  MAX_GOSSIP_WAITING,
  STRANGER_GOSSIP_COST,
} from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { publicKeyOf } from './peer-id.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * What one rejected announcement takes from the score of who passed it on, what one beyond a stranger's rate does, and
 * how fast that is forgiven. At -80 gossipsub hears nothing of the sender any more.
 */
const REJECT_PENALTY = 10;
const FLOOD_PENALTY = 1;
const FORGIVEN_PER_MS = 1 / 60_000;

const RESULTS: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/** How much is held against those who passed on what must be rejected. */
class Blame {
  readonly #blame = new LruCache<string, { amount: number; atMs: number }>(10_000);

  add(peer: string, amount: number): void {
    this.#of(peer).amount += amount;
  }

  scoreOf(peer: string): number {
    return -this.#of(peer).amount;
  }

  #of(peer: string): { amount: number } {
    const nowMs = performance.now();
    const blame = this.#blame.get(peer, () => ({ amount: 0, atMs: nowMs }));
    blame.amount = Math.max(0, blame.amount - (nowMs - blame.atMs) * FORGIVEN_PER_MS);
    blame.atMs = nowMs;
    return blame;
  }
}

/** The gossipsub service and its use, made together because the score of a peer depends on what it sent. */
export function createGossip(options: {
  readonly network: string;
  readonly announcement: (signed: SignedAnnouncement) => GossipVerdict;
  readonly isKept: (participant: PublicKey) => boolean;
  readonly log: Log;
  readonly metrics: HostMetrics;
}) {
  const { network, announcement, isKept, log, metrics } = options;
  const blame = new Blame();
  const rates = new LruCache<string, TokenBucket>(4_096);
  const all = new TokenBucket(ALL_GOSSIP_PER_SECOND, ALL_GOSSIP_AT_ONCE, performance.now());
  let waiting = 0;
  const turns = new Turns();

  /** Whether the sender has not had its rate. A neighbour passes on what others say, and may be late with all of it. */
  const mayGossip = (peer: PeerId): boolean => {
    const nowMs = performance.now();
    const sender = peer.toString();
    const participant = publicKeyOf(peer);
    const isNeighbour = participant !== null && isKept(participant);
    const rate = rates.get(sender, () => new TokenBucket(GOSSIP_PER_SECOND, GOSSIP_AT_ONCE, nowMs));
    if (rate.take(nowMs, isNeighbour ? 1 : STRANGER_GOSSIP_COST)) return all.take(nowMs);
    if (!isNeighbour) blame.add(sender, FLOOD_PENALTY);
    return false;
  };

  const judge = async (peer: PeerId, message: Message): Promise<TopicValidatorResult> => {
    if (waiting >= MAX_GOSSIP_WAITING || !mayGossip(peer)) {
      metrics.announcements.inc({ verdict: 'too-many' });
      return TopicValidatorResult.Ignore;
    }
    waiting++;
    const verdict = await turns.take((): GossipVerdict => {
      waiting--;
      const signed = readAnnouncement(message.data);
      return signed === null || topicOf(network, signed) !== message.topic ? 'reject' : announcement(signed);
    });
    metrics.announcements.inc({ verdict });
    if (verdict === 'reject') blame.add(peer.toString(), REJECT_PENALTY);
    return RESULTS[verdict];
  };

  const service = gossipsub({
    // Announcements carry the signatures of both ends; who passes one on is nobody's business.
    globalSignaturePolicy: StrictNoSign,
    fallbackToFloodsub: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    tagMeshPeers: false,
    awaitRpcHandler: false,
    awaitRpcMessageHandler: false,
    runOnLimitedConnection: true,
    maxInboundDataLength: MAX_GOSSIP_BYTES,
    maxOutboundBufferSize: 16 * MAX_GOSSIP_BYTES,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    scoreParams: {
      // Many participants share a machine or a router: with the default nothing is delivered among more than ten.
      IPColocationFactorWeight: 0,
      appSpecificScore: (peer) => blame.scoreOf(peer),
      appSpecificWeight: 1,
      retainScore: 600_000,
    },
  });

  return {
    service,
    watch(pubsub: GossipSub): void {
      pubsub.addEventListener('subscription-change', ({ detail: { peerId, subscriptions } }) => {
        const topics = subscriptions.filter(({ subscribe }) => subscribe).map(({ topic }) => excerpt(topic));
        log.debug({ participant: publicKeyOf(peerId), topics }, 'another participant follows the gossip');
      });
    },
    follow(pubsub: GossipSub, equivalent: string): void {
      const topic = topicName(network, equivalent);
      pubsub.topicValidators.set(topic, judge);
      pubsub.subscribe(topic);
    },
    async publish(pubsub: GossipSub, signed: SignedAnnouncement): Promise<void> {
      await pubsub.publish(topicOf(network, signed), encode(signedAnnouncementShape, signed));
    },
  };
}

function readAnnouncement(data: Uint8Array): SignedAnnouncement | null {
  const signed = decode(signedAnnouncementShape, data, { maxBytes: MAX_ANNOUNCEMENT_BYTES, maxDepth: MAX_DEPTH });
  return isRefusal(signed) ? null : signed;
}

function topicOf(network: string, signed: SignedAnnouncement): string {
  return topicName(network, signed.announcement.equivalent);
}

function topicName(network: string, equivalent: string): string {
  return `geo/1/${network}/${equivalent}`;
}
