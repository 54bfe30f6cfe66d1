/** Operations on the network beyond the neighbours. */
import { type Pid, type PublicKey, parsePid, pidOf } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { type AnyRefusal, isAnyRefusal, refuseHere } from '../../refusals.ts';
import type { ParticipantContext } from '../context.ts';
import type { Result } from '../contract.ts';
import { type ParticipantHandler, resolveWho } from '../handler.ts';
import { viewParticipant } from '../views.ts';

export const getNetwork: ParticipantHandler<'getNetwork'> = (context) => {
  const { directory, bootstrap, lan } = context.host.network();
  const withView = <T extends { readonly participant: PublicKey }>(node: T) => ({
    ...node,
    participant: viewParticipant(context, node.participant),
  });
  return {
    addresses: [...context.host.addresses()],
    directory: directory && viewDirectory(directory),
    bootstrap: bootstrap.map(withView),
    lan: lan?.map((node) => ({ ...withView(node), addresses: [...node.addresses] })) ?? null,
  };
};

function viewDirectory(
  directory: NonNullable<ReturnType<ParticipantContext['host']['network']>['directory']>,
): Result<'getNetwork'>['directory'] {
  const { published, lookUps } = directory;
  return {
    ...directory,
    published: published && { ...published, addresses: [...published.addresses] },
    lookUps: [...lookUps],
  };
}

export const findParticipant: ParticipantHandler<'findParticipant'> = async (context, { who, waitMs }) => {
  const pid = pidNamed(context, who);
  if (isAnyRefusal(pid)) return pid;
  const looking = context.host.find(pid, waitMs);
  if (looking === null) return refuseHere('directory-off', {});
  const { record, addresses, asked } = await looking;
  if (record === null) return refuseHere('not-in-directory', { pid, asked });
  const { publicKey, host, seq, expiresAtMs } = record;
  return {
    participant: viewParticipant(context, publicKey),
    addresses: [...addresses],
    host: host && viewParticipant(context, host),
    ...{ seq, expiresAtMs, asked },
  };
};

/** The PID of someone who was named, whether their key is known or not. */
function pidNamed(context: ParticipantContext, who: string): Pid | AnyRefusal {
  const resolved = resolveWho(context, who);
  if (!isAnyRefusal(resolved)) return pidOf(resolved.publicKey);
  if (resolved.code !== 'key-unknown') return resolved;
  const pid = parsePid(who.trim());
  return isRefusal(pid) ? resolved : pid;
}
