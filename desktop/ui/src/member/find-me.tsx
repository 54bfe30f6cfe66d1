/** Whether people outside of the hub find the member by its public name. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { Trouble, useTask } from '../parts.tsx';
import type { Findable } from './findability.ts';
import type { Session } from './session.ts';
import { m } from './words.ts';

export function FindMe({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  /** Null: not known yet. */
  const now = useSignal<Findable | null>(null);
  useEffect(() => {
    void run(async () => {
      now.value = await (await session.findability()).read();
    });
  }, []);
  const press = (isOn: boolean): void => {
    void run(async () => {
      const findability = await session.findability();
      now.value = await (isOn ? findability.hide() : findability.show());
    });
  };
  const { value } = now;
  return (
    <section class="card" aria-labelledby="find-me">
      <h2 id="find-me">{m('findTitle')}</h2>
      <p>{m('findWhat')}</p>
      <p role="status">{value !== null && m(saidOf(value))}</p>
      {value?.possible === true && (
        <button type="button" class="quiet" disabled={isBusy.value} onClick={() => press(value.wanted)}>
          {isBusy.value ? t('saving') : m(value.wanted ? 'findTurnOff' : 'findTurnOn')}
        </button>
      )}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function saidOf({ possible, wanted }: Findable): 'findImpossible' | 'findOn' | 'findOff' {
  if (!possible) return 'findImpossible';
  return wanted ? 'findOn' : 'findOff';
}
