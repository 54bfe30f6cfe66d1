import { useSignal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { useAnswer } from '../answer.ts';
import { ask } from '../api.ts';
import { Choice } from '../choice.tsx';
import { typedAmount } from '../format.ts';
import { t } from '../i18n.tsx';
import { LanguageChoice } from '../language-choice.tsx';
import { Field, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';
import { Browsers } from './browsers.tsx';
import { Sought } from './sought.tsx';

/** What can be changed while the node runs, and which browsers may change it. */
export function SettingsScreen({ all }: { readonly all: Known }) {
  const settings = useAnswer('getSettings', {});
  const dust = useAnswer('getDust', {});
  return (
    <>
      <Title>{t('settings')}</Title>
      <section class="card" aria-labelledby="languages">
        <h2 id="languages">{t('language')}</h2>
        <LanguageChoice />
      </section>
      <OwnName name={all.status.participant.name ?? ''} />
      <section class="card" aria-labelledby="sought">
        <h2 id="sought">{t('clearing')}</h2>
        <Sought sought={all.clearing.sought} />
      </section>
      {settings.value !== null && <Announce announce={settings.value.announce} />}
      {dust.value !== null && <SmallChange dust={dust.value} />}
      <Browsers />
    </>
  );
}

function OwnName({ name }: { readonly name: string }) {
  const { isBusy, trouble, run } = useTask();
  const isKept = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      isKept.value = false;
      await ask('changeSettings', { name: typedIn(form, 'own-name') });
      isKept.value = true;
      await refresh();
    });
  };
  return (
    <section class="card" aria-labelledby="own-name">
      <h2 id="own-name">{t('settingsName')}</h2>
      <form onSubmit={submit}>
        <Field label={t('settingsName')} name="own-name" hint={t('settingsNameHint')} initial={name} required />
        <Kept {...{ isBusy: isBusy.value, isKept: isKept.value, trouble: trouble.value }} />
      </form>
    </section>
  );
}

interface KeptProps {
  readonly isBusy: boolean;
  readonly isKept: boolean;
  readonly trouble: ReturnType<typeof useTask>['trouble']['value'];
}

/** The button at the end of a form, and what came of it. */
function Kept({ isBusy, isKept, trouble }: KeptProps) {
  return (
    <>
      <button type="submit" disabled={isBusy}>
        {t(isBusy ? 'saving' : 'save')}
      </button>
      <p role="status">{isKept && t('settingKept')}</p>
      {trouble !== null && <Trouble text={trouble} />}
    </>
  );
}

function Announce({ announce }: { readonly announce: Result<'getSettings'>['announce'] }) {
  const { trouble, run } = useTask();
  const isKept = useSignal(false);
  const choose = (chosen: typeof announce): Promise<void> =>
    run(async () => {
      isKept.value = false;
      await ask('changeSettings', { announce: chosen });
      await refresh();
      isKept.value = true;
    });
  return (
    <section class="card" aria-labelledby="map">
      <h2 id="map">{t('settingsMap')}</h2>
      <Choice
        question={t('announceQuestion')}
        hint={t('announceHint')}
        options={[
          ['ask', t('announceAsk')],
          ['always', t('announceAlways')],
        ]}
        value={announce}
        onChoose={choose}
      />
      <p role="status">{isKept.value && t('settingKept')}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function SmallChange({ dust }: { readonly dust: Result<'getDust'> }) {
  const { isBusy, trouble, run } = useTask();
  const isKept = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = (name: string): string => typedAmount(typedIn(form, name));
    void run(async () => {
      isKept.value = false;
      await ask('setDust', { smallest: typed('smallest'), letGoUpTo: typed('letGoUpTo'), budget: typed('budget') });
      isKept.value = true;
      await refresh();
    });
  };
  const field = (name: 'smallest' | 'letGoUpTo' | 'budget', label: string) => (
    <Field label={label} name={name} inputMode="decimal" initial={dust[name]} required />
  );
  return (
    <section class="card" aria-labelledby="dust">
      <h2 id="dust">{t('dustTitle')}</h2>
      <p class="hint">{t('dustHint')}</p>
      <form onSubmit={submit}>
        {field('smallest', t('dustSmallest'))}
        {field('letGoUpTo', t('dustLetGo'))}
        {field('budget', t('dustBudget'))}
        <p class="hint">{t('dustSpent', { spent: dust.spent })}</p>
        <Kept {...{ isBusy: isBusy.value, isKept: isKept.value, trouble: trouble.value }} />
      </form>
    </section>
  );
}
