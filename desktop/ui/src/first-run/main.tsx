/** The first run in a browser: from nothing to a node that runs. */
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { LanguageChoice } from '../language-choice.tsx';
import { Title } from '../parts.tsx';
import { secretOf } from '../routes.ts';
import '../style.css';
import '../own-node.css';
import { enter, overHttp } from './over-http.ts';
import { FirstRun } from './steps.tsx';

/** The whole page. */
function Page() {
  useEffect(() => {
    document.title = t('titleOf', { screen: t('welcome') });
  });
  return (
    <>
      <header>
        <span class="brand">GEO</span>
      </header>
      <main id="content" tabIndex={-1}>
        <FirstRun
          maker={overHttp}
          whenClosed={
            <>
              <Title>{t('signedOutTitle')}</Title>
              <p>{t('firstRunClosed')}</p>
            </>
          }
        />
      </main>
      <footer>
        <LanguageChoice />
      </footer>
    </>
  );
}

async function start(): Promise<void> {
  const secret = secretOf(location.hash);
  if (secret !== null) {
    history.replaceState(null, '', '#');
    // The page itself says that it was not opened by a good link.
    await enter(secret).catch(() => undefined);
  }
  const root = document.getElementById('app');
  if (root !== null) render(<Page />, root);
}

void start();
