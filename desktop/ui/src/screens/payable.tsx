import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { T, t } from '../i18n.tsx';
import { Money, Name } from '../parts.tsx';
import { WhyText, whyOf } from '../why-text.tsx';

type Quote = Result<'quotePayment'>;

/** How long somebody has to stop typing before others are asked. */
const PAUSE_MS = 300;

/** How much can be paid now: what is known at once, then what others answer. The form never waits for it. */
export function Payable({ to, equivalent }: { readonly to: string; readonly equivalent: string }) {
  const quote = useSignal<Quote | null>(null);
  const isAsking = useSignal(false);
  useEffect(() => {
    quote.value = null;
    isAsking.value = false;
    // A link or half a name is not asked about: the next step reads it.
    if (to === '' || equivalent === '' || /^(geo|https):/i.test(to)) return undefined;
    const given = new AbortController();
    const look = async (): Promise<void> => {
      isAsking.value = true;
      try {
        for (const waitMs of [0, undefined]) {
          const answer = await ask(
            'quotePayment',
            { to, equivalent, ...(waitMs !== undefined && { waitMs }) },
            given.signal,
          );
          quote.value = answer;
          if (answer.isFinal) break;
        }
      } catch {
        // Nobody of that name yet, or the node is away: the next step says so, in words.
      } finally {
        if (!given.signal.aborted) isAsking.value = false;
      }
    };
    const timer = setTimeout(() => void look(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      given.abort();
    };
  }, [to, equivalent]);
  return (
    <div class="payable" role="status">
      <Said quote={quote.value} isAsking={isAsking.value} />
    </div>
  );
}

function Said({ quote, isAsking }: { readonly quote: Quote | null; readonly isAsking: boolean }) {
  if (quote === null) return isAsking ? <p>{t('payableAsking')}</p> : null;
  const money = <Money amount={quote.atLeast} of={quote.equivalent} />;
  return (
    <>
      <p>
        <T k={isAsking ? 'payableRefining' : 'payable'} who={<Name of={quote.to} />} money={money} />
      </p>
      {quote.stoppedBy !== null && (
        <details>
          <summary>{t('payableWhy')}</summary>
          <p>
            <WhyText why={whyOf(quote.stoppedBy, quote.equivalent)} />
          </p>
        </details>
      )}
    </>
  );
}
