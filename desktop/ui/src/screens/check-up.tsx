import { useSignal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { Copyable } from '../copyable.tsx';
import { t } from '../i18n.tsx';
import { Trouble, useTask } from '../parts.tsx';
import type { Known } from '../state.ts';
import { FindingText } from '../told-text.tsx';

type Finding = Result<'diagnose'>['findings'][number];

/** The usual troubles, looked for now, and facts for whoever helps. */
export function CheckUp({ status }: { readonly status: Known['status'] }) {
  const { isBusy, trouble, run } = useTask();
  const findings = useSignal<readonly Finding[] | null>(null);
  const look = (): void => {
    void run(async () => {
      findings.value = null;
      findings.value = (await ask('diagnose', {})).findings;
    });
  };
  return (
    <section class="card" aria-labelledby="check-up">
      <h2 id="check-up">{t('checkUp')}</h2>
      <p class="hint">{t('checkUpHint')}</p>
      <button type="button" disabled={isBusy.value} onClick={look}>
        {t(isBusy.value ? 'checkUpRunning' : 'checkUpNow')}
      </button>
      <div role="status">
        {findings.value !== null && (
          <ul class="plain entries">
            {findings.value.map((finding) => (
              <li key={`${finding.check} ${finding.text}`}>
                <strong>{t(findingKey(finding.state))}</strong>
                <div>
                  <FindingText of={finding} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      <details>
        <summary>{t('supportFacts')}</summary>
        <p class="hint">{t('supportFactsHint')}</p>
        <Copyable label={t('supportFacts')} text={factsOf(status, findings.value)} rows={8} />
      </details>
    </section>
  );
}

function findingKey(state: Finding['state']) {
  switch (state) {
    case 'well':
      return 'findingWell';
    case 'note':
      return 'findingNote';
    case 'attention':
      return 'findingAttention';
  }
}

/** Numbers and states only: the texts of findings have names and addresses in them. */
function factsOf(
  { version, network, startedAtMs, uptimeMs, counts, reachability, restored }: Known['status'],
  findings: readonly Finding[] | null,
): string {
  const facts: Readonly<Record<string, unknown>> = {
    version,
    network,
    startedAt: new Date(startedAtMs).toISOString(),
    uptimeS: Math.round(uptimeMs / 1_000),
    ...counts,
    reachable: reachability.direct,
    relays: reachability.relays.length,
    lostRecords: restored === null ? 'no' : restored.frozen ? 'frozen' : 'confirmed in part',
    browser: navigator.userAgent,
    ...Object.fromEntries((findings ?? []).map(({ check, state }) => [`check ${check}`, state])),
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
}
