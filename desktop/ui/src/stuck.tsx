/** What stops the page itself, with the one thing that helps. */
import { useMemo } from 'preact/hooks';
import { t } from './i18n.tsx';
import { WhyText, whyOfError } from './why-text.tsx';

/** Why the page cannot go on, and a button that loads it anew. */
export function Stuck({ by }: { readonly by: unknown }) {
  const why = useMemo(() => whyOfError(by), [by]);
  return (
    <>
      <p>
        <WhyText why={why} />
      </p>
      <button type="button" class="quiet" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </>
  );
}
