import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import type { Result } from '#node/api/contract.ts';
import { ask, can } from '../api.ts';
import { isZero } from '../format.ts';
import { T, t } from '../i18n.tsx';
import { Money, Name, Time, Title, Trouble, useTask } from '../parts.tsx';
import { HISTORY_ENTRIES, type Known, known, type Person, refresh } from '../state.ts';
import { Entries } from './entries.tsx';
import { Sought } from './sought.tsx';

interface Props {
  readonly all: Known;
}

type Proposal = Known['clearing']['proposals'][number];

/** Circles of debt: those that wait for a word, looking for more, what was evened out, and whether to look at all. */
export function ClearingScreen({ all }: Props) {
  const { proposals, sought } = all.clearing;
  const waiting = proposals.filter(({ state }) => state === 'PROPOSED');
  const answered = proposals.filter(({ state }) => state !== 'PROPOSED');
  return (
    <>
      <Title>{t('clearing')}</Title>
      <p>{t('clearingHint')}</p>
      <section aria-labelledby="waiting">
        <h2 id="waiting">{t('clearingWaits')}</h2>
        {waiting.length === 0 && <p>{t('clearingWaitsNone')}</p>}
        {waiting.map((proposal) => (
          <Offer key={proposal.id} proposal={proposal} />
        ))}
      </section>
      <Seek all={all} />
      {answered.length > 0 && (
        <section aria-labelledby="answers">
          <h2 id="answers">{t('clearingAnswers')}</h2>
          <ul class="plain entries">
            {answered.map((proposal) => (
              <li key={proposal.id}>
                <Answered proposal={proposal} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Cleared all={all} />
      {can('changeSettings') && (
        <section class="card">
          <Sought sought={sought} />
        </section>
      )}
    </>
  );
}

/** Each owes the next, and the last the first; told from the person here on. */
function Circle({ people: given }: { readonly people: readonly Person[] }) {
  const self = known.value?.status.participant.pid;
  const first = Math.max(
    0,
    given.findIndex(({ pid }) => pid === self),
  );
  const people = [...given.slice(first), ...given.slice(0, first)];
  return (
    <>
      {people.map((one, index) => {
        const other = people[(index + 1) % people.length] as Person;
        const key = one.pid === self ? 'circleYouOwe' : other.pid === self ? 'circleOwesYou' : 'circleOwes';
        return (
          <Fragment key={one.pid}>
            {index > 0 && ', '}
            <T k={key} one={<Name of={one} />} other={<Name of={other} />} />
          </Fragment>
        );
      })}
    </>
  );
}

function Offer({ proposal }: { readonly proposal: Proposal }) {
  const { isBusy, trouble, run } = useTask();
  const { id, debtor, creditor, amount, equivalent, participants, expiresAtMs } = proposal;
  const money = <Money amount={amount} of={equivalent} />;
  const answer = (agrees: boolean): void => {
    void run(async () => {
      await ask('answerProposal', { id, agrees });
      await refresh();
    });
  };
  return (
    <article class="card">
      <p class="large">
        <T k="clearingOffer" debtor={<Name of={debtor} />} creditor={<Name of={creditor} />} money={money} />
      </p>
      <p>
        {/* Each of them owes the one before. */}
        <T k="clearingCircle" circle={<Circle people={participants.toReversed()} />} />
      </p>
      <p class="hint">
        <T k="clearingUntil" time={<Time at={expiresAtMs} />} />
      </p>
      <p class="actions">
        <button type="button" disabled={isBusy.value} onClick={() => answer(true)}>
          {t(isBusy.value ? 'clearingAnswering' : 'clearingAccept')}
        </button>
        <button type="button" class="quiet" disabled={isBusy.value} onClick={() => answer(false)}>
          {t('clearingReject')}
        </button>
      </p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </article>
  );
}

function Answered({ proposal: { state, amount, equivalent, participants, proposedAtMs } }: { proposal: Proposal }) {
  return (
    <>
      <T k={answeredKey(state)} money={<Money amount={amount} of={equivalent} />} />
      <div class="hint">
        <Time at={proposedAtMs} />
        {'. '}
        <T k="clearingCircle" circle={<Circle people={participants.toReversed()} />} />
      </div>
    </>
  );
}

function answeredKey(state: Proposal['state']) {
  switch (state) {
    case 'PROPOSED':
      return 'clearingWaits';
    case 'WAITING_CONFIRMATIONS':
      return 'clearingAgreed';
    case 'COMMITTED':
      return 'clearingDone';
    case 'REJECTED':
      return 'clearingRefused';
  }
}

function Seek({ all: { clearing } }: Props) {
  const { isBusy, trouble, run } = useTask();
  const found = useSignal<Result<'seekRings'>['cleared'] | null>(null);
  const possible = clearing.equivalents.filter(({ atMost }) => !isZero(atMost));
  const seek = (): void => {
    void run(async () => {
      found.value = null;
      found.value = (await ask('seekRings', {})).cleared;
      await refresh();
    });
  };
  return (
    <section class="card" aria-labelledby="seek">
      <h2 id="seek">{t('clearingNow')}</h2>
      {clearing.sought === 'never' ? (
        <p>{t('clearingNever')}</p>
      ) : (
        <>
          {possible.length === 0 && <p>{t('clearingNothing')}</p>}
          {possible.map(({ equivalent, atMost, owedByMe, owedToMe }) => (
            <p key={equivalent}>
              <T
                k="clearingAtMost"
                money={<Money amount={atMost} of={equivalent} />}
                owed={<Money amount={owedByMe} of={equivalent} />}
                due={<Money amount={owedToMe} of={equivalent} />}
              />
            </p>
          ))}
          <button type="button" disabled={isBusy.value} onClick={seek}>
            {t(isBusy.value ? 'clearingSeeking' : 'clearingSeek')}
          </button>
          <div role="status">
            {found.value?.length === 0 && <p>{t('clearingFoundNone')}</p>}
            {found.value?.map(({ txId, amount, equivalent, participants }) => (
              <p key={txId}>
                <T
                  k="clearingFound"
                  money={<Money amount={amount} of={equivalent} />}
                  circle={<Circle people={participants} />}
                />
              </p>
            ))}
          </div>
        </>
      )}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

type Entry = Known['history'][number];
const PAGE = 1_000;

/** What was evened out: of the latest history, and further back when somebody asks. */
function Cleared({ all }: Props) {
  const { isBusy, trouble, run } = useTask();
  const older = useSignal<readonly Entry[]>([]);
  /** Undefined: not looked yet; null: there is no more. */
  const next = useSignal<string | null | undefined>(undefined);
  const further = (): void => {
    void run(async () => {
      const before = next.value;
      const page = await ask('getHistory', { limit: PAGE, ...(typeof before === 'string' && { before }) });
      older.value = [...older.value, ...page.entries];
      next.value = page.next;
    });
  };
  const seen = new Set(all.history.map(({ txId }) => txId));
  const entries = [...all.history, ...older.value.filter(({ txId }) => !seen.has(txId))].filter(isClearing);
  return (
    <section aria-labelledby="cleared">
      <h2 id="cleared">{t('clearingHistory')}</h2>
      {entries.length === 0 ? <p>{t('clearingHistoryNone')}</p> : <Entries entries={entries} />}
      {next.value === null && <p role="status">{t('lookFurtherNone')}</p>}
      {next.value !== null && all.history.length >= HISTORY_ENTRIES && (
        <button type="button" class="quiet" disabled={isBusy.value} onClick={further}>
          {t('lookFurther')}
        </button>
      )}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function isClearing({ kind, state }: Entry): boolean {
  return kind === 'clear' && state === 'COMMITTED';
}
