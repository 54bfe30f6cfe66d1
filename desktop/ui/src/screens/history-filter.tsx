/** What to look for in the history. */
import { type Signal, useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { shortPid } from '../format.ts';
import { type Filter, isFiltering, NO_FILTER } from '../history-filter.ts';
import { rows } from '../history-rows.ts';
import { t } from '../i18n.tsx';
import type { Key } from '../messages/catalogue.ts';
import { Field } from '../parts.tsx';
import type { Known } from '../state.ts';

const KINDS = [
  ['payment', 'kindPayment'],
  ['passed-on', 'kindPassedOn'],
  ['circle', 'kindCircle'],
  ['not-paid', 'kindNotPaid'],
] as const satisfies readonly (readonly [Filter['kind'], Key])[];

const DIRECTIONS = [
  ['out', 'directionOut'],
  ['in', 'directionIn'],
] as const satisfies readonly (readonly [Filter['direction'], Key])[];

interface Props {
  readonly all: Known;
  readonly filter: Signal<Filter>;
}

/** A text to look for, and more to choose where that is not enough. */
export function HistoryFilter({ all, filter }: Props) {
  const currencies = useComputed(() => [...new Set(rows.value.map(({ equivalent }) => equivalent))].sort());
  const now = filter.value;
  const set = <K extends keyof Filter>(name: K, value: Filter[K]): void => {
    filter.value = { ...filter.value, [name]: value };
  };
  return (
    <search>
      <form class="card no-print" onSubmit={(event) => event.preventDefault()}>
        <Field
          label={t('lookFor')}
          name="text"
          hint={t('lookForHint')}
          value={now.text}
          onInput={(text) => set('text', text)}
        />
        <details>
          <summary>{t('moreFilters')}</summary>
          <div class="row">
            <Choice label={t('withWhom')} value={now.person} onChange={(value) => set('person', value)}>
              {all.contacts.map(({ pid, name }) => (
                <option key={pid} value={pid}>
                  {name ?? shortPid(pid)}
                </option>
              ))}
            </Choice>
            <Choice label={t('currency')} value={now.currency} onChange={(value) => set('currency', value)}>
              {currencies.value.map((currency) => (
                <option key={currency}>{currency}</option>
              ))}
            </Choice>
            <Choice label={t('kind')} value={now.kind} onChange={(value) => set('kind', value as Filter['kind'])}>
              {options(KINDS)}
            </Choice>
            <Choice
              label={t('direction')}
              value={now.direction}
              onChange={(value) => set('direction', value as Filter['direction'])}
            >
              {options(DIRECTIONS)}
            </Choice>
            <Day label={t('fromDay')} value={now.from} onChange={(value) => set('from', value)} />
            <Day label={t('untilDay')} value={now.until} onChange={(value) => set('until', value)} />
          </div>
        </details>
        {isFiltering(now) && (
          <button type="button" class="quiet" onClick={() => (filter.value = NO_FILTER)}>
            {t('showAll')}
          </button>
        )}
      </form>
    </search>
  );
}

function options(choices: readonly (readonly [string, Key])[]) {
  return choices.map(([value, key]) => (
    <option key={value} value={value}>
      {t(key)}
    </option>
  ));
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, onChange, children }: ChoiceProps & { readonly children: ComponentChildren }) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{t('any')}</option>
        {children}
      </select>
    </p>
  );
}

function Day({ label, value, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input id={id} type="date" value={value} onInput={(event) => onChange(event.currentTarget.value)} />
    </p>
  );
}
