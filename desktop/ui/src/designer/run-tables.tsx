/** The state of a network that runs, in tables: all that the drawing shows, and why. */
import type { ComponentChildren } from 'preact';
import { formatAmount } from '../format.ts';
import { locale } from '../i18n.tsx';
import { Scrolled } from '../parts.tsx';
import { type AccountRow, type HeldRow, kindOf, type PaymentRow, type Run } from './run.ts';
import { act, shownKinds } from './state.ts';
import { D, type DesignerKey, d } from './words.ts';

/** A run as it is at one moment: the same run at another moment is shown anew. */
export interface Seen {
  readonly run: Run;
  readonly moment: number;
}

const LATEST = 60;

interface TableProps {
  readonly title: DesignerKey;
  readonly heads: readonly DesignerKey[];
  readonly empty: DesignerKey;
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[];
}

function Table({ title, heads, empty, rows }: TableProps) {
  return (
    <section class="card" aria-labelledby={title}>
      <h2 id={title}>{d(title)}</h2>
      {rows.length === 0 ? (
        <p>{d(empty)}</p>
      ) : (
        <Scrolled label={d(title)}>
          <table aria-labelledby={title}>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th scope="col" key={head}>
                    {d(head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, cells }) => (
                <tr key={key}>
                  {cells.map((cell, index) => (
                    <td key={index}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
    </section>
  );
}

const called = (name: string) => <bdi>{name}</bdi>;
const money = (units: string): string => formatAmount(units, locale.value);

function Deed({
  label,
  does,
  onClick,
}: {
  readonly label: string;
  readonly does: DesignerKey;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="quiet" aria-label={label} onClick={onClick}>
      {d(does)}
    </button>
  );
}

export function PeopleTable({ run }: Seen) {
  const rows = run.names.map((name) => {
    const isUp = run.isUp(name);
    const deed = isUp ? (
      <Deed label={d('killOne', { name })} does="kill" onClick={() => act(() => run.kill(name))} />
    ) : (
      <Deed label={d('startOne', { name })} does="start" onClick={() => act(() => run.start(name))} />
    );
    return { key: name, cells: [called(name), d(isUp ? 'isUp' : 'isDown'), deed] };
  });
  return <Table title="people" heads={['name', 'state', 'change']} empty="nobodyYet" rows={rows} />;
}

export function AccountsTable({ run }: Seen) {
  const rows = run.accounts().map((row) => ({
    key: JSON.stringify([row.from, row.to]),
    cells: [
      <D key="1" k="between" one={called(row.from)} other={called(row.to)} />,
      debtOf(row),
      limitsOf(row),
      keptOf(row),
      linkOf(run, row),
    ],
  }));
  return (
    <Table title="accounts" heads={['pair', 'owes', 'limits', 'keptAside', 'link']} empty="noLinesYet" rows={rows} />
  );
}

function debtOf({ from, to, owed }: AccountRow): ComponentChildren {
  if (owed === '0') return d('even');
  const [debtor, creditor] = owed.startsWith('-') ? [from, to] : [to, from];
  return <D k="debt" debtor={called(debtor)} creditor={called(creditor)} amount={money(owed.replace('-', ''))} />;
}

function limitsOf({ from, to, limit, otherLimit }: AccountRow): ComponentChildren {
  return (
    <ul class="plain">
      {limit !== '0' && (
        <li>
          <D k="may" debtor={called(to)} creditor={called(from)} amount={money(limit)} />
        </li>
      )}
      {otherLimit !== '0' && (
        <li>
          <D k="may" debtor={called(from)} creditor={called(to)} amount={money(otherLimit)} />
        </li>
      )}
    </ul>
  );
}

function keptOf({ from, to, kept, otherKept }: AccountRow): ComponentChildren {
  if (kept === '0' && otherKept === '0') return '–';
  return (
    <ul class="plain">
      {kept !== '0' && (
        <li>
          <D k="kept" payer={called(to)} receiver={called(from)} amount={money(kept)} />
        </li>
      )}
      {otherKept !== '0' && (
        <li>
          <D k="kept" payer={called(from)} receiver={called(to)} amount={money(otherKept)} />
        </li>
      )}
    </ul>
  );
}

function linkOf(run: Run, { from, to, isCut }: AccountRow): ComponentChildren {
  return isCut ? (
    <Deed label={d('joinLink', { from, to })} does="join" onClick={() => act(() => run.join(from, to))} />
  ) : (
    <Deed label={d('cutLink', { from, to })} does="cut" onClick={() => act(() => run.cut(from, to))} />
  );
}

export function HeldTable({ run }: Seen) {
  const rows = run.held().map((row) => ({
    key: row.id,
    cells: [called(row.who), money(row.amount), whatFor(row), why(run, row)],
  }));
  return <Table title="held" heads={['who', 'amount', 'whatFor', 'why']} empty="nothingHeld" rows={rows} />;
}

function whatFor({ isRing, payer, receiver }: HeldRow): ComponentChildren {
  return isRing ? d('ring') : <D k="payment" payer={called(payer)} receiver={called(receiver)} />;
}

const REASONS: Readonly<Record<HeldRow['state'], DesignerKey>> = {
  prepared: 'whyPrepared',
  held: 'whyHeld',
  committed: 'whyCommitted',
  aborted: 'whyAborted',
};

function why(run: Run, { state, waitsFor }: HeldRow): ComponentChildren {
  const stopped = waitsFor.filter((name) => !run.isUp(name));
  return (
    <>
      <D k={REASONS[state]} who={<bdi>{waitsFor.join(', ')}</bdi>} />
      {stopped.length > 0 && (
        <>
          {' '}
          <D k="isStopped" who={<bdi>{stopped.join(', ')}</bdi>} />
        </>
      )}
    </>
  );
}

const OUTCOMES: Readonly<Record<PaymentRow['state'], DesignerKey>> = {
  planned: 'planned',
  'under-way': 'underWay',
  paid: 'paid',
  'not-paid': 'notPaid',
};

export function PaymentsTable({ run }: Seen) {
  const rows = run.payments().map(({ id, from, to, amount, state, why }) => ({
    key: id,
    cells: [
      called(from),
      called(to),
      money(amount),
      <>
        {d(OUTCOMES[state])} {why !== null && <code>{why}</code>}
      </>,
    ],
  }));
  return <Table title="payments" heads={['payer', 'receiver', 'amount', 'state']} empty="noPayments" rows={rows} />;
}

export function MessagesTable({ run }: Seen) {
  const kinds = shownKinds();
  const rows = run.log
    .filter(({ what }) => kinds.has(kindOf(what)))
    .slice(-LATEST)
    .reverse()
    .map(({ id, sentAtMs, from, to, what, amount, state }) => ({
      key: String(id),
      cells: [
        d('seconds', { seconds: (sentAtMs / 1_000).toFixed(3) }),
        <D key="2" k="way" from={called(from)} to={called(to)} />,
        <code key="3">{what.toUpperCase()}</code>,
        amount === null ? '' : money(amount),
        d(state),
      ],
    }));
  return (
    <Table title="messages" heads={['at', 'fromTo', 'message', 'amount', 'state']} empty="noMessages" rows={rows} />
  );
}
