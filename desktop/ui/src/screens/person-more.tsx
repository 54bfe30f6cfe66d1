import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { AskError } from '../ask-error.ts';
import { ConfirmButton } from '../confirm.tsx';
import { Fold } from '../fold.tsx';
import { harmless } from '../format.ts';
import { T, t } from '../i18n.tsx';
import { Field, Name, Trouble, typedIn, useTask } from '../parts.tsx';
import { Signs } from '../signs.tsx';
import { type Known, refresh } from '../state.ts';
import { LineSettings } from './line-settings.tsx';

type Contact = Known['contacts'][number];

interface Props {
  readonly contact: Contact;
  readonly lines: Known['trustLines'];
}

/** What is seldom wanted of a person: another name, comparing, the finer points of trust, removing. */
export function PersonMore({ contact, lines }: Props) {
  return (
    <Fold summary={<T k="personMore" who={<Name of={contact} />} />}>
      <Rename contact={contact} />
      <Compare contact={contact} />
      {lines.map(
        (card) =>
          card.given !== null &&
          card.given.status !== 'closed' && <LineSettings key={card.equivalent} card={card} given={card.given} />,
      )}
      <Remove contact={contact} />
    </Fold>
  );
}

function Rename({ contact: { publicKey, alias, cardName, name } }: { readonly contact: Contact }) {
  const { isBusy, trouble, run } = useTask();
  /** What was typed, where it looks like the name of somebody else. */
  const doubtful = useSignal<string | null>(null);
  const isKept = useSignal(false);
  const rename = (wanted: string, allowLookAlike: boolean): void => {
    void run(async () => {
      isKept.value = false;
      doubtful.value = null;
      try {
        await ask('putContact', { who: publicKey, alias: wanted, allowLookAlike });
      } catch (error) {
        if (error instanceof AskError && error.code === 'look-alike') doubtful.value = wanted;
        throw error;
      }
      isKept.value = true;
      await refresh();
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename(typedIn(event.currentTarget, 'alias'), false);
      }}
    >
      <Field
        label={t('rename')}
        name="alias"
        initial={alias ?? name ?? ''}
        {...(cardName !== null && { hint: <T k="renameHint" name={<bdi>{harmless(cardName)}</bdi>} /> })}
        required
      />
      <button type="submit" class="quiet" disabled={isBusy.value}>
        {t(isBusy.value ? 'saving' : 'save')}
      </button>
      <p role="status">{isKept.value && t('settingKept')}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      {doubtful.value !== null && (
        <button
          type="button"
          class="quiet"
          disabled={isBusy.value}
          onClick={() => doubtful.value !== null && rename(doubtful.value, true)}
        >
          {t('renameAnyway')}
        </button>
      )}
    </form>
  );
}

function Compare({ contact: { publicKey, pid, verified } }: { readonly contact: Contact }) {
  const { isBusy, trouble, run } = useTask();
  const mark = (): void => {
    void run(async () => {
      await ask('putContact', { who: publicKey, verified: !verified });
      await refresh();
    });
  };
  return (
    <section aria-label={t('compareTitle')}>
      <h3>{t('compareTitle')}</h3>
      <p class="hint">{t('compareHint')}</p>
      <p>
        <Signs text={pid} />
      </p>
      <p>
        {verified && <strong>{t('verified')} </strong>}
        <button type="button" class="quiet" disabled={isBusy.value} onClick={mark}>
          {t(verified ? 'compareUndo' : 'compareSame')}
        </button>
      </p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function Remove({ contact }: { readonly contact: Contact }) {
  const { isBusy, trouble, run } = useTask();
  const who = <Name of={contact} />;
  const remove = (): void => {
    void run(async () => {
      await ask('removeContact', { who: contact.publicKey });
      await refresh();
    });
  };
  return (
    <>
      <div class="actions">
        <ConfirmButton
          label={<T k="removePerson" who={who} />}
          title={<T k="removePersonTitle" who={who} />}
          yes={t('removeYes')}
          isBusy={isBusy.value}
          onYes={remove}
        >
          <p>{t('removePersonMeans')}</p>
        </ConfirmButton>
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
