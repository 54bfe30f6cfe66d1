/** The frame around all screens: the menu, what the page has to say, and the screen that the address names. */
import { useEffect } from 'preact/hooks';
import { bridge } from './bridge.ts';
import { T, t } from './i18n.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { lastReceived } from './live.ts';
import { LossBanner, WaitingCount } from './needs-you.tsx';
import { hasScreen, type OwnScreen, ownOf } from './own.ts';
import { Money, Name, Time, Title } from './parts.tsx';
import { place } from './place.ts';
import { COMMON, linkTo, MENU, type Screen } from './routes.ts';
import { AskScreen } from './screens/ask.tsx';
import { ClearingScreen } from './screens/clearing.tsx';
import { HistoryScreen } from './screens/history.tsx';
import { HomeScreen } from './screens/home.tsx';
import { NetworkScreen } from './screens/network.tsx';
import { PayScreen } from './screens/pay.tsx';
import { PeopleScreen } from './screens/people.tsx';
import { connection, type Known, keptAtMs, known, stuckBy } from './state.ts';
import { Stuck } from './stuck.tsx';

/** The whole page. */
export function App() {
  const { screen } = place.value;
  useEffect(() => {
    document.title = t('titleOf', { screen: t(screen) });
  });
  const before = ownOf().before?.() ?? null;
  const isShut = connection.value === 'signed-out' && before === null;
  const isKnown = known.value !== null;
  const Shut = ownOf().shut ?? SignedOut;
  const isOpen = before === null && (!isShut || (isKnown && Shut !== SignedOut));
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {t('skip')}
      </button>
      <header>
        <span class="brand">GEO</span>
        {isOpen && <Menu current={screen} />}
      </header>
      <Announcements isBefore={before !== null} />
      <main id="content" tabIndex={-1}>
        {before}
        {isShut && <Shut isKnown={isKnown} />}
        {isOpen && <Content screen={screen} />}
      </main>
      <footer>
        <LanguageChoice />
      </footer>
    </>
  );
}

const isCommon = (screen: Screen): screen is (typeof COMMON)[number] => (COMMON as readonly Screen[]).includes(screen);

function isHere(screen: Screen): boolean {
  return isCommon(screen) || hasScreen(screen);
}

function Menu({ current }: { readonly current: Screen }) {
  return (
    <nav aria-label={t('mainMenu')}>
      {MENU.map((part) => (
        <ul key={part[0]}>
          {part.filter(isHere).map((screen) => (
            <li key={screen}>
              <a href={linkTo(screen)} {...(screen === current && { 'aria-current': 'page' as const })}>
                {t(screen)}
                {screen === 'clearing' && <WaitingCount />}
              </a>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}

/** What is said by itself: that the node is away, and what came in. */
function Announcements({ isBefore }: { readonly isBefore: boolean }) {
  const received = lastReceived.value;
  return (
    <>
      <div role="alert">
        {connection.value === 'unreachable' && !isBefore && (
          <p class="banner">
            {t(bridge === null ? 'unreachable' : 'unreachableHere')}{' '}
            {keptAtMs.value !== null && <T k="keptFrom" time={<Time at={keptAtMs.value} />} />}
          </p>
        )}
        {connection.value === 'stuck' && !isBefore && (
          <div class="banner">
            <Stuck by={stuckBy.value} />
          </div>
        )}
      </div>
      <LossBanner />
      <OwnBanner />
      <div role="status" class="announcement">
        {received !== null && (
          <div class="good" key={received.txId}>
            <span>
              <T
                k="incoming"
                who={<Name of={received.payer} />}
                money={<Money amount={received.amount} of={received.equivalent} />}
              />
            </span>
            <button
              type="button"
              class="quiet"
              aria-label={t('dismiss')}
              onClick={() => {
                lastReceived.value = null;
              }}
            >
              ×
            </button>
          </div>
        )}
      </div>
    </>
  );
}

function Content({ screen }: { readonly screen: Screen }) {
  const all = known.value;
  if (all === null) {
    if (connection.value === 'stuck') return null;
    return <p role="status">{t(connection.value === 'connecting' ? 'loading' : 'connecting')}</p>;
  }
  // A link that is opened leads to the same screen with something else on it.
  return <ScreenOf screen={screen} all={all} key={linkTo(screen, Object.fromEntries(place.value.query))} />;
}

function OwnBanner() {
  const Banner = ownOf().banner;
  return Banner === undefined ? null : <Banner />;
}

function ScreenOf({ screen, all }: { readonly screen: Screen; readonly all: Known }) {
  if (!isCommon(screen)) return <OwnScreenOf screen={screen} all={all} />;
  switch (screen) {
    case 'home':
      return <HomeScreen all={all} />;
    case 'people':
      return <PeopleScreen all={all} />;
    case 'pay':
      return <PayScreen all={all} />;
    case 'ask':
      return <AskScreen all={all} />;
    case 'clearing':
      return <ClearingScreen all={all} />;
    case 'history':
      return <HistoryScreen all={all} />;
    case 'network':
      return <NetworkScreen all={all} />;
  }
}

/** An address of a screen that is not here leads to the first one. */
function OwnScreenOf({ screen, all }: { readonly screen: OwnScreen; readonly all: Known }) {
  const Shown = ownOf().screens[screen] ?? HomeScreen;
  return <Shown all={all} />;
}

function SignedOut() {
  return (
    <>
      <Title>{t('signedOutTitle')}</Title>
      <p>{t('signedOut')}</p>
    </>
  );
}
