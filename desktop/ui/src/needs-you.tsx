/** What waits for the person, told where people look first. */
import { t } from './i18n.tsx';
import { place } from './place.ts';
import { linkTo } from './routes.ts';
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

/** On every screen but the one that shows it: the node has lost records, and its owner has to look at what came back. */
export function LossBanner() {
  const restored = known.value?.status.restored ?? null;
  const waits = restored !== null && (restored.frozen || restored.agreed.length > 0);
  return (
    <div role="alert">
      {waits && place.value.screen !== 'node' && (
        <p class="banner">
          {t('restoreBanner')} <a href={linkTo('node')}>{t('restoreLook')}</a>
        </p>
      )}
    </div>
  );
}
