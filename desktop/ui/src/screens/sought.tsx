import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { Choice } from '../choice.tsx';
import { t } from '../i18n.tsx';
import { Trouble, useTask } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';

/** When the node looks for circles of debt: shown and changed. */
export function Sought({ sought }: { readonly sought: Known['clearing']['sought'] }) {
  const { trouble, run } = useTask();
  const isKept = useSignal(false);
  const choose = (clearing: typeof sought): Promise<void> =>
    run(async () => {
      isKept.value = false;
      await ask('changeSettings', { clearing });
      await refresh();
      isKept.value = true;
    });
  return (
    <>
      <Choice
        question={t('soughtQuestion')}
        hint={t('soughtHint')}
        options={[
          ['always', t('soughtAlways')],
          ['asked', t('soughtAsked')],
          ['never', t('soughtNever')],
        ]}
        value={sought}
        onChoose={choose}
      />
      <p role="status">{isKept.value && t('settingKept')}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
