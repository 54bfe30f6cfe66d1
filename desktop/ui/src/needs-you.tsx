/** What waits for the person, told where people look first. */
import { T, t } from './i18n.tsx';
import { hasScreen } from './own.ts';
import { place } from './place.ts';
import { linkTo } from './routes.ts';
import { known } from './state.ts';

function waitingCount(): number {
  return known.value?.clearing.proposals.filter(({ state }) => state === 'PROPOSED').length ?? 0;
}

/** How many circles of debt wait for a word, beside the menu's entry; nothing when there are none. */
export function WaitingCount() {
  const count = waitingCount();
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

/** The same at home, where there is room to say what it is about. */
export function NeedsYou() {
  const count = waitingCount();
  if (count === 0) return null;
  return (
    <section class="card" aria-labelledby="needs-you">
      <h2 id="needs-you">{t('needsYou')}</h2>
      <p>
        <T k="needsYouClearing" count={String(count)} />
      </p>
      <a class="button" href={linkTo('clearing')}>
        {t('clearing')}
      </a>
    </section>
  );
}

/** On every screen but the one that shows it: records were lost, and their owner has to look at what came back. */
export function LossBanner() {
  const restored = known.value?.status.restored ?? null;
  const waits = restored !== null && (restored.frozen || restored.agreed.length > 0);
  const screen = hasScreen('node') ? 'node' : 'home';
  return (
    <div role="alert">
      {waits && place.value.screen !== screen && (
        <p class="banner">
          {t('restoreBanner')} <a href={linkTo(screen)}>{t('restoreLook')}</a>
        </p>
      )}
    </div>
  );
}
