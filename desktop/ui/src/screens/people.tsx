import { useSignal } from '@preact/signals';
import { ask, can } from '../api.ts';
import { typedAmount } from '../format.ts';
import { T, t } from '../i18n.tsx';
import { Balance, Field, Money, Name, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { place } from '../place.ts';
import { linkTo } from '../routes.ts';
import { Scan } from '../scan.tsx';
import { type Known, refresh } from '../state.ts';
import { Invite } from './invite.tsx';
import { PeopleList } from './people-list.tsx';
import { PersonMore } from './person-more.tsx';
import { RaiseLimit } from './raise-limit.tsx';
import { type Suggested, Suggestion } from './suggestion.tsx';

interface Props {
  readonly all: Known;
}

type Contact = Known['contacts'][number];

/** Everybody in the address book, with what may be owed and what is, in both directions. */
export function PeopleScreen({ all }: Props) {
  return (
    <>
      <Title>{t('people')}</Title>
      {all.contacts.length === 0 && <p>{t('noPeople')}</p>}
      <PeopleList contacts={all.contacts} render={(contact) => <PersonCard contact={contact} all={all} />} />
      <AddPerson />
      <Invite currency={all.trustLines[0]?.equivalent ?? ''} />
    </>
  );
}

function PersonCard({ contact, all }: Props & { readonly contact: Contact }) {
  const accounts = all.balance.accounts.filter(({ neighbour }) => neighbour.pid === contact.pid);
  const lines = all.trustLines.filter(({ neighbour }) => neighbour.pid === contact.pid);
  const who = <Name of={contact} />;
  const id = `person-${contact.publicKey.slice(0, 16)}`;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{who}</h2>
      <p class="hint">
        {t(contact.linked ? 'connected' : 'notConnected')}
        {contact.verified && `, ${t('verified')}`}
      </p>
      <ul class="plain">
        {accounts.map((account) => (
          <li key={account.equivalent}>
            <strong>
              <Balance {...account} />
            </strong>
          </li>
        ))}
        {lines.flatMap(({ equivalent, given, received }) => [
          given !== null && !isNone(given) && (
            <li key={`given ${equivalent}`}>
              <T k="mayOweYou" who={who} money={<Money amount={given.limit} of={equivalent} />} />
              {given.status === 'frozen' && ` ${t('lineFrozen')}`}
            </li>
          ),
          received !== null && !isNone(received) && (
            <li key={`received ${equivalent}`}>
              <T k="youMayOwe" who={who} money={<Money amount={received.limit} of={equivalent} />} />
              {received.status === 'frozen' && (
                <>
                  {' '}
                  <T k="lineFrozenThere" who={who} />
                </>
              )}
            </li>
          ),
        ])}
        {lines.every(({ given }) => isNone(given)) && (
          <li>
            <T k="mayOweYouNothing" who={who} />
          </li>
        )}
        {lines.every(({ received }) => isNone(received)) && (
          <li>
            <T k="youMayOweNothing" who={who} />
          </li>
        )}
      </ul>
      <p class="actions">
        <a class="button" href={linkTo('pay', { to: contact.name ?? contact.pid })}>
          <T k="payThem" who={who} />
        </a>
      </p>
      <SetLimit contact={contact} currency={lines[0]?.equivalent ?? ''} />
      <RaiseLimit contact={contact} currency={lines[0]?.equivalent ?? ''} />
      <PersonMore contact={contact} lines={lines} />
    </section>
  );
}

type Line = Known['trustLines'][number]['given'];

function isNone(line: Line): boolean {
  return line === null || line.status === 'closed';
}

function SetLimit({ contact, currency }: { readonly contact: Contact; readonly currency: string }) {
  const { isBusy, trouble, run } = useTask();
  const done = useSignal<Awaited<ReturnType<typeof set>> | null>(null);
  const set = (limit: string, equivalent: string) =>
    ask('setTrustLine', { who: contact.publicKey, limit: typedAmount(limit), equivalent });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      done.value = null;
      done.value = await set(typedIn(form, 'limit'), typedIn(form, 'currency'));
      await refresh();
    });
  };
  const who = <Name of={contact} />;
  const given = done.value?.given;
  return (
    <details>
      <summary>
        <T k="setLimit" who={who} />
      </summary>
      <form onSubmit={submit}>
        <p class="hint">{t('setLimitHint')}</p>
        <div class="row">
          <Field label={t('amount')} name="limit" inputMode="decimal" required />
          <Field label={t('currency')} name="currency" hint={t('currencyHint')} initial={currency} required />
        </div>
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'saving' : 'save')}
        </button>
        <p role="status">
          {given &&
            (given.acked ? (
              <T k="saved" who={who} money={<Money amount={given.limit} of={done.value?.equivalent ?? ''} />} />
            ) : (
              <T k="savedNotThere" who={who} />
            ))}
        </p>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
    </details>
  );
}

function AddPerson() {
  const { isBusy, trouble, run } = useTask();
  // A card that was opened as a link.
  const card = useSignal(place.value.query.get('card') ?? '');
  const added = useSignal<Contact | null>(null);
  const suggestion = useSignal<Suggested | null>(null);
  const looksAlike = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      added.value = null;
      const alias = typedIn(form, 'alias');
      const put = await ask('putContact', { who: typedIn(form, 'card'), ...(alias !== '' && { alias }) });
      added.value = put.contact;
      suggestion.value = put.suggestedLimit && { who: put.contact, ...put.suggestedLimit };
      // The one thing that the node warns of, and in English.
      looksAlike.value = put.warnings.length > 0;
      form.reset();
      card.value = '';
      await refresh();
      // Takes as long as it takes; the card of the person shows when it is done.
      if (can('connectPeer')) void ask('connectPeer', { who: put.contact.publicKey, waitMs: 0 }).catch(() => undefined);
    });
  };
  return (
    <section class="card" aria-labelledby="add">
      <h2 id="add">{t('addPerson')}</h2>
      <form onSubmit={submit}>
        <Field
          label={t('cardOrPid')}
          name="card"
          hint={t('cardOrPidHint')}
          value={card.value}
          required
          onInput={(text) => (card.value = text)}
        />
        <Scan onText={(text) => (card.value = text)} />
        <Field label={t('callThem')} name="alias" hint={t('callThemHint')} />
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'adding' : 'add')}
        </button>
        <div role="status">
          {added.value !== null && (
            <p>
              <T k="added" who={<Name of={added.value} />} />
            </p>
          )}
          {suggestion.value !== null && <Suggestion suggested={suggestion.value} />}
        </div>
        {looksAlike.value && added.value !== null && (
          <Trouble
            title={t('takeCare')}
            text={t('looksAlike', { name: added.value.cardName ?? '', publicName: added.value.pid })}
          />
        )}
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
    </section>
  );
}
