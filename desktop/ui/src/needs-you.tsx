/** What waits for the person, told where people look first. */
import { t } from './i18n.tsx';
import { known } from './state.ts';

/** How many circles of debt wait for a word, beside the menu's entry; nothing when there are none. */
export function WaitingCount() {
  const count = known.value?.clearing.proposals.filter(({ state }) => state === 'PROPOSED').length ?? 0;
  if (count === 0) return null;
  return (
    <>
      {' '}
      <span class="badge" aria-hidden="true">
        {count}
      </span>
      <span class="unseen">{t('clearingWaitsCount', { count: String(count) })}</span>
    </>
  );
}
