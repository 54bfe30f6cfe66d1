/** What the page of a member does itself, against a real hub: nothing is signed that was not meant, nothing is sent twice. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import { Attempts } from '#desktop/ui/src/member/attempts.ts';
import { makeAttempt } from '#desktop/ui/src/member/documents.ts';
import type { Hub } from '#desktop/ui/src/member/hub.ts';
import { Memos } from '#desktop/ui/src/member/memos.ts';
import { randomHex } from '#desktop/ui/src/member/random.ts';
import { makeCard, readCard } from '#protocol/card.ts';
import { pidOf } from '#protocol/identity.ts';
import { invitationIn } from '#protocol/join-request.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { changeAnswer, changeAnswers } from '#test/support/hub-answers.ts';
import { carrierOf, letLink, type TestCarrier } from '#test/support/member-carrier.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';
import { person, verify } from '#test/support/people.ts';

const [annasKey, borisKey] = [person(81), person(82)];
const UAH = { equivalent: 'UAH' };

let hub: TestHub;
let anna: TestCarrier;
let boris: TestCarrier;

beforeAll(async () => {
  hub = await startMembersHub();
  anna = await carrierOf(hub.url, annasKey, 'Anna');
  boris = await carrierOf(hub.url, borisKey, 'Boris');
  await boris.carrier.ask('setTrustLine', { who: pidOf(annasKey.key), ...UAH, limit: '100' });
  await letLink(anna, boris);
});

/** What Anna owes. */
async function owed(): Promise<string | undefined> {
  const { accounts } = await anna.carrier.ask('getBalance', {});
  return accounts[0]?.iOwe;
}

const away = (): Promise<never> => Promise.reject(new AskError('unreachable', ''));

describe('the carrier of a member', () => {
  it('names who opened a trust line, and pays by that name once', async () => {
    await anna.until(({ parts }) => parts.listContacts.contacts.some(({ name }) => name === 'Boris'));
    const order = { to: 'Boris', ...UAH, amount: '10', id: 'bread', memo: 'two loaves' };
    expect(await anna.carrier.ask('pay', order)).toMatchObject({ state: 'COMMITTED', receiver: { name: 'Boris' } });
    expect(await anna.carrier.ask('pay', order)).toMatchObject({ state: 'COMMITTED' });
    expect(await owed()).toBe('10');
    expect(await anna.queue.all()).toEqual([]);
  });

  it('reads what a payment to the member was for, which the hub cannot', async () => {
    await boris.until(({ parts }) => parts.getHistory.entries[0]?.memo === 'two loaves');
    const raw = await boris.member.state();
    expect(raw.parts.getHistory.entries[0]).toMatchObject({ memo: null });
  });

  it('remembers what its own payments were for, also at the next visit', async () => {
    const memoOf = (entries: readonly { readonly memo: string | null }[] | undefined) => entries?.[0]?.memo;
    expect(memoOf((await anna.carrier.ask('getHistory', {})).entries)).toBe('two loaves');
    const next = new Memos(anna.hub, anna.kept, () => null);
    await next.open();
    const raw = await anna.member.state();
    expect([memoOf(raw.parts.getHistory.entries), memoOf(next.fill(raw.parts.getHistory.entries))]).toEqual([
      ...[null, 'two loaves'],
    ]);
  });

  it('lets the hub do its part over an account that came while it was just being asked what it may do', async () => {
    const clara = await carrierOf(hub.url, person(88), 'Clara');
    const dana = await carrierOf(hub.url, person(89), 'Dana');
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const { member } = clara;
    const mandates = vi.spyOn(member, 'mandates').mockImplementationOnce(async () => {
      asked.resolve();
      await answered.promise;
      return { present: false, mandates: [] };
    });
    const first = clara.carrier.renew();
    await asked.promise;
    await dana.carrier.ask('setTrustLine', { who: pidOf(person(88).key), ...UAH, limit: '7' });
    const others = [clara.carrier.renew(), clara.carrier.renew()];
    answered.resolve();
    await Promise.all([first, ...others]);
    // Twice in all, with the answer that it gave then.
    expect(mandates).toHaveBeenCalledTimes(2);
    expect((await member.mandates()).mandates[0]?.accounts).toMatchObject([{ neighbour: person(89).key }]);
  });

  it('tells why a payment is not possible', async () => {
    const paid = await anna.carrier.ask('pay', { to: borisKey.key, ...UAH, amount: '500' });
    expect(paid).toMatchObject({ state: 'ABORTED', refusal: { code: 'insufficient' } });
    expect(await anna.queue.all()).toEqual([]);
  });

  it('invites by a link that says itself who invites, and for how much', async () => {
    const link = await anna.carrier.invite({ ...UAH, amount: '25' });
    expect(link).toMatch(new RegExp(`^${hub.url}/#join=[\\w-]+&`));
    const suggestedLimit = { ...UAH, amount: 25_00000000n };
    expect(invitationIn(link)?.from).toEqual({ pid: pidOf(annasKey.key), suggestedLimit });
  });

  it('refuses an answer of the hub that is about somebody else', async () => {
    changeAnswer(anna.hub, 'read', async (answer) => {
      const preview = (await answer()) as { to: object };
      return { ...preview, to: { ...preview.to, publicKey: person(83).key } };
    });
    const asked = anna.carrier.ask('previewPayment', { to: borisKey.key, ...UAH, amount: '1' });
    await expect(asked).rejects.toMatchObject({ code: 'hub-lies' });
  });

  it('shows the amount that will be signed, whatever the hub answers', async () => {
    changeAnswer(anna.hub, 'read', async (answer) => ({
      ...((await answer()) as object),
      amount: '1',
      equivalent: 'hour',
    }));
    const preview = await anna.carrier.ask('previewPayment', { to: borisKey.key, ...UAH, amount: '20.50' });
    expect(preview).toMatchObject({ amount: '20.5', equivalent: 'UAH', to: { publicKey: borisKey.key } });
  });

  it('refuses a contact of the hub that is called as somebody else’s key, or has another public name', async () => {
    const mallory = { pid: pidOf(person(83).key), publicKey: person(83).key, name: annasKey.key };
    changeAnswer(anna.hub, 'read', async (answer) => {
      const state = (await answer()) as { parts: object };
      const contact = { ...mallory, alias: mallory.name, cardName: null, addresses: [], verified: true, linked: false };
      return { ...state, parts: { ...state.parts, listContacts: { contacts: [contact] } } };
    });
    await anna.carrier.readState();
    const pay = anna.carrier.ask('pay', { to: annasKey.key, ...UAH, amount: '1' });
    await expect(pay).rejects.toMatchObject({ code: 'hub-lies' });
    changeAnswer(anna.hub, 'read', async (answer) => {
      const state = (await answer()) as { parts: object };
      const contact = { ...mallory, pid: pidOf(borisKey.key), alias: null, cardName: null, addresses: [] };
      return { ...state, parts: { ...state.parts, listContacts: { contacts: [contact] } } };
    });
    await expect(anna.carrier.readState()).rejects.toMatchObject({ code: 'hub-lies' });
    await anna.carrier.readState();
  });

  it('takes a card at its word, and not the hub', async () => {
    const { card } = await boris.carrier.ask('makeCard', { suggestedLimit: { ...UAH, amount: '9' } });
    const put = anna.carrier.ask('putContact', { who: card, alias: 'Boris' });
    expect((await put).suggestedLimit).toEqual({ ...UAH, amount: '9' });
    const lying = (change: (contact: object) => object) =>
      changeAnswer(anna.hub, 'act', async (answer) => {
        const told = (await answer()) as { contact: object };
        return { ...told, contact: change(told.contact), suggestedLimit: { ...UAH, amount: '9000' } };
      });
    lying((contact) => contact);
    const again = await anna.carrier.ask('putContact', { who: card, alias: 'Boris' });
    expect(again.suggestedLimit).toEqual({ ...UAH, amount: '9' });
    lying((contact) => ({ ...contact, publicKey: person(83).key, pid: pidOf(person(83).key) }));
    const other = anna.carrier.ask('putContact', { who: card, alias: 'Boris' });
    await expect(other).rejects.toMatchObject({ code: 'hub-lies' });
    await anna.carrier.readState();
  });

  it('does not take another order for one that was paid under the same id', async () => {
    const { link } = await boris.carrier.ask('makeRequest', { ...UAH, memo: 'what you like' });
    expect(await anna.carrier.ask('payRequest', { link, amount: '1' })).toMatchObject({
      state: 'COMMITTED',
      amount: '1',
    });
    const more = anna.carrier.ask('payRequest', { link, amount: '2' });
    await expect(more).rejects.toMatchObject({ code: 'id-reused' });
    expect(await anna.queue.all()).toEqual([]);
    expect((await boris.carrier.ask('pay', { to: annasKey.key, ...UAH, amount: '1' })).state).toBe('COMMITTED');
  });

  it('does not find a member whom the hub gives another key', async () => {
    changeAnswer(anna.hub, 'read', async () => ({
      pid: pidOf(person(84).key),
      publicKey: person(83).key,
      name: 'Mallory',
    }));
    const asked = anna.carrier.ask('setTrustLine', { who: pidOf(person(84).key), ...UAH, limit: '1' });
    await expect(asked).rejects.toMatchObject({ code: 'hub-lies' });
  });

  it('keeps what a trust line allows when its limit changes, and closes it', async () => {
    const who = { who: borisKey.key, equivalent: 'hour' };
    await anna.carrier.ask('setTrustLine', { ...who, limit: '5', policy: { autoClearing: false, dailyLimit: '2' } });
    await anna.carrier.readState();
    const changed = await anna.carrier.ask('setTrustLine', { ...who, limit: '6' });
    expect(changed.given).toMatchObject({ limit: '6', policy: { autoClearing: false, dailyLimit: '2' } });
    await anna.carrier.readState();
    expect((await anna.carrier.ask('closeTrustLine', who)).given).toMatchObject({ status: 'closed', limit: '6' });
  });

  it('makes requests and cards that others can read, and pays requests', async () => {
    const { link } = await boris.carrier.ask('makeRequest', { ...UAH, amount: '2', memo: 'tea' });
    expect(await anna.carrier.ask('readRequest', { link })).toMatchObject({ amount: '2', memo: 'tea', expired: false });
    const wrong = anna.carrier.ask('payRequest', { link, amount: '3' });
    await expect(wrong).rejects.toMatchObject({ code: 'amount-fixed', facts: { amount: '2' } });
    expect(await anna.carrier.ask('payRequest', { link })).toMatchObject({ state: 'COMMITTED' });
    expect(await anna.carrier.ask('payRequest', { link })).toMatchObject({ state: 'COMMITTED' });
    expect(await owed()).toBe('12');
    const { card } = await boris.carrier.ask('makeCard', { suggestedLimit: { ...UAH, amount: '9' } });
    expect(readCard(card, verify, boris.signer.network)).toMatchObject({ name: 'Boris', publicKey: borisKey.key });
  });

  it('has what the hub answers, and nothing else', async () => {
    expect([anna.carrier.can('pay'), anna.carrier.can('getClearing'), anna.carrier.can('makeBackup')]).toEqual([
      ...[true, true, false],
    ]);
    await expect(anna.carrier.ask('listBackups', {})).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says when the hub hides what was signed', async () => {
    await boris.carrier.readState();
    expect(boris.alarms).toEqual([]);
    changeAnswer(boris.hub, 'read', async (answer) => {
      const state = (await answer()) as { parts: { listTrustLines: object } };
      return { ...state, parts: { ...state.parts, listTrustLines: { trustLines: [] } } };
    });
    await boris.carrier.readState();
    expect(boris.alarms).toMatchObject([{ type: 'line-hidden', limit: '100' }]);
  });
});

it('a hub that has lost records is shown what the browser has kept, once', async () => {
  const bring = vi
    .spyOn(boris.member, 'bringKept')
    .mockRejectedValueOnce(new AskError('unreachable', ''))
    .mockResolvedValue();
  changeAnswers(boris.hub, 'read', async (path, _body, ask) => {
    const answer = (await ask()) as { parts?: { getStatus: object } };
    if (!path.endsWith('/state') || answer.parts === undefined) return answer;
    const restored = { lostAtMs: Date.now(), frozen: true, unsure: [], agreed: [] };
    return { ...answer, parts: { ...answer.parts, getStatus: { ...answer.parts.getStatus, restored } } };
  });
  // What was cut short is done at the next look, and what was done is not done again.
  for (const times of [1, 2, 2]) {
    await boris.carrier.readState();
    await vi.waitFor(() => expect(bring).toHaveBeenCalledTimes(times), 20_000);
  }
  delete (boris.hub as Partial<Hub>).read;
  bring.mockRestore();
});

describe('without the hub', () => {
  it('a payment whose answer was lost is found out about, and not made again', async () => {
    changeAnswer(anna.hub, 'act', async (answer) => {
      await answer();
      return away();
    });
    const order = { to: borisKey.key, ...UAH, amount: '3', id: 'lost' };
    expect(await anna.carrier.ask('pay', order)).toMatchObject({ state: 'PREPARE_IN_PROGRESS' });
    expect(await anna.queue.all()).toMatchObject([{ phase: 'open', amount: '3' }]);
    await anna.carrier.flush();
    expect(await anna.queue.all()).toEqual([]);
    expect(await owed()).toBe('15');
  });

  it('a payment that was signed and not sent is sent when the hub is back, once', async () => {
    changeAnswer(anna.hub, 'act', away);
    const order = { to: borisKey.key, ...UAH, amount: '4', id: 'unsent' };
    expect(await anna.carrier.ask('pay', order)).toMatchObject({ state: 'PREPARE_IN_PROGRESS' });
    expect(await owed()).toBe('15');
    await anna.carrier.flush();
    await anna.carrier.flush();
    expect(await anna.queue.all()).toEqual([]);
    expect(await owed()).toBe('19');
  });

  it('an attempt that is too late is over if it never left, and open if it may have', async () => {
    const { signer, kept, member } = anna;
    const attempts = new Attempts(kept);
    const made = (paymentId: PaymentId) => {
      const order = { paymentId, receiver: borisKey.key, ...UAH, amount: 1n, sealedMemo: null };
      const route = { nodes: [annasKey.key, borisKey.key], amount: 1n };
      return makeAttempt(signer, order, [route], [randomHex(16)], Date.now() - 3_600_000);
    };
    const [unsent, sent] = [randomHex(32) as PaymentId, randomHex(32) as PaymentId];
    await attempts.keep(made(unsent));
    expect(await member.payments.standing(unsent)).toEqual({ state: 'over' });
    await attempts.sending(made(sent));
    expect(await member.payments.standing(sent)).toEqual({ state: 'open' });
  });

  it('what is done while it is down is kept, and done when it is up', async () => {
    await hub.stop();
    const line = await boris.carrier.ask('setTrustLine', { who: annasKey.key, ...UAH, limit: '80' });
    expect(line.given).toMatchObject({ limit: '80', acked: false });
    const order = { to: borisKey.key, ...UAH, amount: '1', id: 'later', memo: 'later' };
    expect(await anna.carrier.ask('previewPayment', order)).toMatchObject({ payable: true, route: null });
    expect(await anna.carrier.ask('pay', order)).toMatchObject({ state: 'NEW' });
    await anna.carrier.flush();
    expect(await anna.queue.all()).toMatchObject([{ phase: 'asks', memo: 'later' }]);

    hub = await startMembersHub(hub);
    await boris.carrier.flush();
    expect(await boris.queue.all()).toEqual([]);
    const { trustLines } = await boris.carrier.ask('listTrustLines', {});
    expect(trustLines[0]?.given?.limit).toBe('80');
    await anna.carrier.flush();
    const [waiting] = await anna.queue.all();
    if (waiting?.kind !== 'payment') throw new Error('nothing waits');
    expect(await owed()).toBe('19');
    expect(await anna.carrier.payWaiting(waiting)).toMatchObject({ state: 'COMMITTED' });
    expect(await anna.queue.all()).toEqual([]);
    expect(await owed()).toBe('20');
  });

  it('whom the member knows is changed while it is down, shown so at once, and told once when it is up', async () => {
    const { card } = await boris.carrier.ask('makeCard', { suggestedLimit: { ...UAH, amount: '9' } });
    const dora = makeCard(
      {
        ...{ version: 1, network: anna.signer.network, publicKey: person(83).key, name: 'Dora', addresses: [] },
        ...{ suggestedLimit: { ...UAH, amount: 7n * 100_000_000n }, createdAtMs: Date.now(), expiresAtMs: null },
      },
      person(83).sign,
    );
    const eve = { who: person(84).key, alias: 'Eve' };
    await anna.carrier.ask('putContact', { who: card });
    await anna.carrier.ask('putContact', eve);
    await anna.carrier.readState();
    await hub.stop();

    const { contact } = await anna.carrier.ask('putContact', { who: borisKey.key, alias: 'Borys', verified: true });
    expect(contact).toMatchObject({ name: 'Borys', cardName: 'Boris', verified: true });
    await anna.carrier.ask('putContact', { who: borisKey.key, alias: 'Uncle' });
    const added = await anna.carrier.ask('putContact', { who: dora });
    expect(added).toMatchObject({ contact: { name: 'Dora' }, suggestedLimit: { amount: '7' } });
    await anna.carrier.ask('removeContact', { who: eve.who });
    const unknown = anna.carrier.ask('putContact', { who: pidOf(person(85).key) });
    await expect(unknown).rejects.toMatchObject({ code: 'unreachable' });
    const shown = (await anna.carrier.lastState())?.state.parts;
    expect(shown?.listContacts.contacts.map(({ name, verified }) => [name, verified]).toSorted()).toEqual([
      ...[
        ['Dora', false],
        ['Uncle', true],
      ],
    ]);
    expect(shown?.getBalance.accounts[0]?.neighbour.name).toBe('Uncle');

    hub = await startMembersHub(hub);
    const acted = vi.spyOn(anna.hub, 'act');
    await Promise.all([anna.carrier.flush(), anna.carrier.flush()]);
    expect(await anna.queue.all()).toEqual([]);
    const told = acted.mock.calls.filter(([, path]) => path.startsWith('/participants/me/contacts'));
    expect(told.map(([method, , body]) => [method, body !== null && 'alias' in body ? body.alias : null])).toEqual([
      ...[
        ['POST', 'Borys'],
        ['POST', 'Uncle'],
        ['POST', null],
        ['DELETE', null],
      ],
    ]);
    acted.mockRestore();
    const { contacts } = await anna.carrier.ask('listContacts', {});
    expect(new Set(contacts.map(({ name }) => name))).toEqual(new Set(['Dora', 'Uncle']));
  });

  it('what of it is refused is kept with the reason, and shown as the hub has it', async () => {
    await anna.carrier.ask('setTrustLine', { who: borisKey.key, ...UAH, limit: '3' });
    await anna.carrier.readState();
    changeAnswer(anna.hub, 'act', away);
    await anna.carrier.ask('removeContact', { who: borisKey.key });
    expect((await anna.carrier.lastState())?.state.parts.listContacts.contacts).toHaveLength(2);
    await anna.carrier.flush();
    expect(await anna.queue.all()).toMatchObject([{ kind: 'contact', put: null, refusal: { code: 'contact-in-use' } }]);
    await anna.carrier.flush();
    expect(await anna.queue.all()).toHaveLength(1);
    const { parts } = await anna.carrier.readState();
    expect(new Set(parts.listContacts.contacts.map(({ name }) => name))).toEqual(new Set(['Dora', 'Uncle']));
  });

  it('a change that is made once it is up again comes after those that wait', async () => {
    const to = { pid: pidOf(borisKey.key), publicKey: borisKey.key, name: null };
    const put = { who: borisKey.key, alias: 'Earlier' };
    await anna.queue.put({ kind: 'contact', id: 'c', to, put, madeAtMs: Date.now(), refusal: null });
    await anna.carrier.ask('putContact', { who: borisKey.key, alias: 'Later' });
    await anna.carrier.flush();
    const { contacts } = await anna.carrier.ask('listContacts', {});
    expect(contacts.map(({ name }) => name)).toContain('Later');
  });
});
