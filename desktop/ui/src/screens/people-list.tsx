/** People, however many: found by name where they are more than fit on a screen or two. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../i18n.tsx';
import { LongList } from '../long-list.tsx';
import { Field } from '../parts.tsx';
import type { Known } from '../state.ts';

type Contact = Known['contacts'][number];

interface Props {
  readonly contacts: readonly Contact[];
  readonly render: (contact: Contact) => ComponentChildren;
}

const MANY = 10;
/** A card with a limit each way and an open account. */
const CARD_PIXELS = 260;

export function PeopleList({ contacts, render }: Props) {
  const wanted = useSignal('');
  const text = wanted.value.trim().toLowerCase();
  const found = text === '' ? contacts : contacts.filter((contact) => isCalled(contact, text));
  const toAdd = (): void => {
    const form = document.getElementById('add');
    form?.scrollIntoView();
    form?.closest('section')?.querySelector('input')?.focus();
  };
  return (
    <>
      {contacts.length > MANY && (
        <search class="no-print">
          <Field label={t('findPerson')} name="find" value={wanted.value} onInput={(typed) => (wanted.value = typed)} />
          <p class="actions">
            <button type="button" class="quiet" onClick={toAdd}>
              {t('toAddPerson')}
            </button>
          </p>
          <p role="status">{found.length === 0 && t('noSuchPerson')}</p>
        </search>
      )}
      <LongList items={found} keyOf={({ pid }) => pid} rowPixels={CARD_PIXELS} class="people" render={render} />
    </>
  );
}

function isCalled({ name, cardName, pid }: Contact, text: string): boolean {
  return [name, cardName, pid].some((one) => one?.toLowerCase().includes(text) === true);
}
