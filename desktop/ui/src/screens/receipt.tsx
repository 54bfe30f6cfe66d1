/** Receipts: to keep as a file, to show as a picture, and those of others to be checked. */
import { useSignal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { FileButton } from '../file-button.tsx';
import { base64Of, bytesOf, saveFile } from '../files.ts';
import { T, t } from '../i18n.tsx';
import { LinkAndPicture, Money, Name, Time, Trouble, typedIn, useTask } from '../parts.tsx';
import { Scan } from '../scan.tsx';
import { Certificate } from './certificate.tsx';
import { Fact } from './fact.tsx';

/** What fits into a picture that a camera still reads. */
const MOST_SCANNED = 2_900;

/** A receipt of this node. */
export function Receipt({ receipt: { fileName, base64 } }: { readonly receipt: Result<'getReceipt'> }) {
  const isShown = useSignal(false);
  const save = (): void => saveFile(fileName, [bytesOf(base64)], 'application/octet-stream');
  return (
    <div class="no-print">
      <p class="hint">{t('receiptHint')}</p>
      <p class="actions">
        <button type="button" onClick={save}>
          {t('receipt')}
        </button>
        {base64.length <= MOST_SCANNED && (
          <button
            type="button"
            class="quiet"
            aria-expanded={isShown.value}
            onClick={() => (isShown.value = !isShown.value)}
          >
            {t('showReceipt')}
          </button>
        )}
      </p>
      {isShown.value && <LinkAndPicture link={base64} label={t('receiptText')} />}
    </div>
  );
}

type Checked = Result<'verifyReceipt'>['facts'];

/** A receipt that somebody gave, as text, as a picture or as a file. */
export function CheckReceipt() {
  const { isBusy, trouble, run } = useTask();
  const proven = useSignal<Checked | null>(null);
  const check = (base64: () => Promise<string>): void => {
    void run(async () => {
      proven.value = null;
      proven.value = (await ask('verifyReceipt', { base64: await base64() })).facts;
    });
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = typedIn(event.currentTarget as HTMLFormElement, 'receipt');
    check(() => Promise.resolve(asBase64(text)));
  };
  return (
    <section class="card no-print" aria-labelledby="check">
      <h2 id="check">{t('checkReceipt')}</h2>
      <p class="hint">{t('checkReceiptHint')}</p>
      <form onSubmit={submit}>
        <p class="field">
          <label for="receipt-text">{t('receiptText')}</label>
          <textarea id="receipt-text" name="receipt" rows={3} dir="ltr" spellcheck={false} required />
        </p>
        <p class="actions">
          <button type="submit" disabled={isBusy.value}>
            {t('check')}
          </button>
          <FileButton
            label={t('receiptFile')}
            onFile={(file) => check(async () => base64Of(new Uint8Array(await file.arrayBuffer())))}
          />
        </p>
      </form>
      <Scan onText={(text) => check(() => Promise.resolve(asBase64(text)))} />
      <div role="status">{proven.value !== null && <Proves facts={proven.value} />}</div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

/** What is no base64 is no receipt either; the node is to say so as of any other bytes. */
function asBase64(text: string): string {
  const plain = text.replace(/\s/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(plain) && plain.length % 4 === 0
    ? plain
    : base64Of(new TextEncoder().encode(plain));
}

function Proves({ facts }: { readonly facts: Checked }) {
  const { payer, receiver, total, equivalent, createdAtMs } = facts;
  return (
    <>
      <p class="good">
        <T
          k="proves"
          payer={<Name of={payer} />}
          receiver={<Name of={receiver} />}
          money={<Money amount={total} of={equivalent} />}
          time={<Time at={createdAtMs} />}
        />
      </p>
      <dl class="facts">
        <Fact name={t('payer')}>
          <code>{payer.pid}</code>
        </Fact>
        <Fact name={t('receiver')}>
          <code>{receiver.pid}</code>
        </Fact>
        <Certificate facts={facts} />
      </dl>
    </>
  );
}
