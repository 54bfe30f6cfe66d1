/** Text that is to be given to somebody else. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from './i18n.tsx';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly rows?: number;
}

/** The text with a button that copies it. */
export function Copyable({ label, text, rows = 4 }: Props) {
  const id = useId();
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    isCopied.value = true;
  };
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        readOnly
        rows={rows}
        dir="auto"
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="quiet" onClick={() => void copy().catch(() => undefined)}>
        {t('copy')}
      </button>
      <span role="status">{isCopied.value && t('copied')}</span>
    </p>
  );
}
