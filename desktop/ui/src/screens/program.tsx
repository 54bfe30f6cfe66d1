/** What can be chosen about the desktop program itself. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DesktopSettings, GeoBridge } from '../../../preload/bridge.ts';
import { t } from '../i18n.tsx';
import { Trouble, useTask } from '../parts.tsx';
import { resultOf } from '../program.ts';
import { SaveBundle } from './before.tsx';

const CHOICES = ['notifications', 'startAtLogin'] as const;

/** The settings of the program, each of which counts at once. */
export function ProgramSection({ program }: { readonly program: GeoBridge }) {
  const settings = useSignal<DesktopSettings | null>(null);
  const { isBusy, trouble, run } = useTask();
  const load = (called: ReturnType<GeoBridge['getSettings']>): Promise<void> =>
    run(async () => {
      settings.value = await resultOf<DesktopSettings>(called);
    });
  useEffect(() => void load(program.getSettings()), []);
  const choose = (chosen: DesktopSettings): void => {
    // At once, as a box does; what the program answers is what counts.
    settings.value = chosen;
    void load(program.setSettings(chosen));
  };
  const now = settings.value;
  return (
    <section class="card" aria-labelledby="program">
      <h2 id="program">{t('program')}</h2>
      {now !== null &&
        CHOICES.map((choice) => (
          <p key={choice}>
            <label class="check">
              <input
                type="checkbox"
                checked={now[choice]}
                disabled={isBusy.value}
                onChange={(event) => choose({ ...now, [choice]: event.currentTarget.checked })}
              />
              {t(choice)}
            </label>
          </p>
        ))}
      <p class="hint">{t('bundleHint')}</p>
      <p class="actions">
        <SaveBundle program={program} />
      </p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}
