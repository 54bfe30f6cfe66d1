/** The screen of the people around this participant. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { isZero, shortPid } from '../format.ts';
import { GraphView } from '../graph/view.tsx';
import { T, t } from '../i18n.tsx';
import { mapChanges } from '../live.ts';
import { Balance, Field, Money, Name, Scrolled, Title } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import { type Known, known, noteTrouble, type Person } from '../state.ts';
import { pictureOf } from './network-picture.ts';

type Neighbourhood = Result<'getNeighbourhood'>;

interface Props {
  readonly all: Known;
}

const MOST_HOPS = 4;
const FIRST_HOPS = 2;

/** The people around this participant as a drawing, and the same in tables. */
export function NetworkScreen({ all }: Props) {
  const around = useSignal<Neighbourhood | null>(null);
  const hops = useSignal(FIRST_HOPS);
  const wanted = useSignal('');
  const chosen = useSignal<string | null>(null);
  useSignalEffect(() => {
    // Read again when anything that is shown here may have changed.
    const depends = [mapChanges.value, known.value, hops.value] as const;
    const asking = new AbortController();
    ask('getNeighbourhood', { hops: depends[2] }, asking.signal)
      .then((read) => {
        around.value = read;
      })
      .catch((error: unknown) => {
        if (!asking.signal.aborted) noteTrouble(error);
      });
    return () => asking.abort();
  });
  const shown = around.value;
  return (
    <>
      <Title>{t('network')}</Title>
      <p>{t('networkAbout')}</p>
      <div class="row">
        <Field label={t('searchName')} name="search" value={wanted.value} onInput={(text) => (wanted.value = text)} />
        <HopsChoice hops={hops.value} onChange={(value) => (hops.value = value)} />
      </div>
      {shown === null ? (
        <p role="status">{t('loading')}</p>
      ) : (
        <Around
          all={all}
          around={shown}
          wanted={wanted.value}
          chosen={chosen.value}
          onChoose={(pid) => (chosen.value = pid)}
        />
      )}
    </>
  );
}

function HopsChoice({ hops, onChange }: { readonly hops: number; readonly onChange: (hops: number) => void }) {
  return (
    <p class="field">
      <label for="hops">{t('howFar')}</label>
      <select id="hops" value={hops} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {Array.from({ length: MOST_HOPS }, (_, index) => (
          <option key={index} value={index + 1}>
            {distance(index + 1)}
          </option>
        ))}
      </select>
    </p>
  );
}

function distance(hops: number): string {
  if (hops === 0) return t('hopsYou');
  return hops === 1 ? t('hopsOne') : t('hopsMore', { count: String(hops - 1) });
}

/** Is this somebody whom the person looks for? Without a word to look for nobody is. */
function isMeant({ name, pid }: Person, wanted: string): boolean {
  const text = wanted.trim().toLowerCase();
  return text !== '' && (name ?? '').toLowerCase().includes(text) ? true : text !== '' && pid.toLowerCase() === text;
}

interface AroundProps extends Props {
  readonly around: Neighbourhood;
  readonly wanted: string;
  readonly chosen: string | null;
  readonly onChoose: (pid: string | null) => void;
}

function Around({ all, around, wanted, chosen, onChoose }: AroundProps) {
  const found = around.people.filter(({ participant }) => isMeant(participant, wanted));
  const picture = useMemo(
    () =>
      pictureOf(around, all, {
        chosen,
        found: new Set(found.map(({ participant }) => participant.pid)),
        call: ({ name, pid }) => name ?? shortPid(pid),
      }),
    [around, all, chosen, wanted],
  );
  const people = wanted.trim() === '' ? around.people : found;
  const shownPids = new Set(people.map(({ participant }) => participant.pid));
  const lines = around.lines.filter(({ from, to }) => shownPids.has(from.pid) || shownPids.has(to.pid));
  const person = around.people.find(({ participant }) => participant.pid === chosen);
  return (
    <>
      <p role="status">
        {wanted.trim() !== '' && t('found', { count: String(found.length) })}
        {around.people.length === 1 && t('networkEmpty')}
        {around.more && t('networkMore')}
      </p>
      <GraphView
        picture={picture}
        label={t('networkDrawing')}
        words={{ wheel: t('drawingWheel'), touch: t('drawingTouch') }}
        impossible={t('drawingImpossible')}
        onDot={onChoose}
        onEmpty={() => onChoose(null)}
      />
      <p class="hint">{t('networkHint')}</p>
      {person !== undefined && <Chosen all={all} person={person} />}
      <PeopleTable all={all} people={people} onChoose={onChoose} />
      <LinesTable all={all} lines={lines} />
    </>
  );
}

/** Somebody who was clicked: what there is between the two, and what can be done. */
function Chosen({ all, person }: Props & { readonly person: Neighbourhood['people'][number] }) {
  const { participant, hops } = person;
  return (
    <section class="card" aria-labelledby="chosen">
      <h2 id="chosen">
        <Name of={participant} />
      </h2>
      <p>{distance(hops)}</p>
      <Between all={all} who={participant} />
      {hops > 0 && <Pay who={participant} />}
    </section>
  );
}

function Pay({ who }: { readonly who: Person }) {
  return (
    <a class="button" href={linkTo('pay', { to: who.name ?? who.pid })}>
      <T k="payThem" who={<Name of={who} />} />
    </a>
  );
}

/** What is owed and allowed between this participant and somebody, in sentences. */
function Between({ all, who }: Props & { readonly who: Person }) {
  const accounts = all.balance.accounts.filter(({ neighbour }) => neighbour.pid === who.pid);
  const lines = all.trustLines.filter(({ neighbour }) => neighbour.pid === who.pid);
  const name = <Name of={who} />;
  return (
    <ul class="plain">
      {accounts
        .filter(({ balance }) => !isZero(balance))
        .map((account) => (
          <li key={account.equivalent}>
            <Balance {...account} />
          </li>
        ))}
      {lines.flatMap(({ equivalent, given, received }) => [
        given !== null && given.status !== 'closed' && (
          <li key={`given ${equivalent}`}>
            <T k="mayOweYou" who={name} money={<Money amount={given.limit} of={equivalent} />} />
          </li>
        ),
        received !== null && received.status !== 'closed' && (
          <li key={`received ${equivalent}`}>
            <T k="youMayOwe" who={name} money={<Money amount={received.limit} of={equivalent} />} />
          </li>
        ),
      ])}
    </ul>
  );
}

function PeopleTable({
  all,
  people,
  onChoose,
}: Props & { readonly people: Neighbourhood['people']; readonly onChoose: (pid: string) => void }) {
  return (
    <Scrolled label={t('networkPeople')}>
      <table>
        <caption>{t('networkPeople')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('name')}</th>
            <th scope="col">{t('howFar')}</th>
            <th scope="col">{t('betweenYou')}</th>
            <th scope="col">{t('pay')}</th>
          </tr>
        </thead>
        <tbody>
          {people.map(({ participant, hops }) => (
            <tr key={participant.pid}>
              <th scope="row">
                <button type="button" class="link" onClick={() => onChoose(participant.pid)}>
                  <Name of={participant} />
                </button>
              </th>
              <td>{distance(hops)}</td>
              <td>
                <Between all={all} who={participant} />
              </td>
              <td>{hops > 0 && <Pay who={participant} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function LinesTable({ all, lines }: Props & { readonly lines: Neighbourhood['lines'] }) {
  return (
    <Scrolled label={t('networkLines')}>
      <table>
        <caption>{t('networkLines')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('whoTrusts')}</th>
            <th scope="col">{t('whoIsTrusted')}</th>
            <th scope="col">{t('currency')}</th>
            <th scope="col">{t('upTo')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ from, to, equivalent }) => {
            const limit = limitOf(all, from, to, equivalent);
            return (
              <tr key={`${from.pid} ${to.pid} ${equivalent}`}>
                <td>
                  <Name of={from} />
                </td>
                <td>
                  <Name of={to} />
                </td>
                <td>
                  <bdi>{equivalent}</bdi>
                </td>
                <td>{limit === null ? t('notPublic') : <Money amount={limit} of={equivalent} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}

/** The limit of a line; only those of one's own lines are known. */
function limitOf({ trustLines }: Known, from: Person, to: Person, equivalent: string): string | null {
  for (const { neighbour, given, received, ...line } of trustLines) {
    if (line.equivalent !== equivalent) continue;
    if (given !== null && neighbour.pid === to.pid) return given.limit;
    if (received !== null && neighbour.pid === from.pid) return received.limit;
  }
  return null;
}
