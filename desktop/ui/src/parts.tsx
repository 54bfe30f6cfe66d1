/** Small parts of all screens. Names, memos and refusals come from others: they are text, apart from what is around. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { create } from 'qrcode';
import { T, t } from './i18n.tsx';
import { Money, Name } from './shown.tsx';
import { noteTrouble, type Person } from './state.ts';
import type { Why } from './why.ts';
import { WhyText, whyOfError } from './why-text.tsx';

export { Memo, Money, Name, Time } from './shown.tsx';

/** The heading of a screen, which has the focus after the way there. */
export function Title({ children, id }: { readonly children: ComponentChildren; readonly id?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1} {...(id !== undefined && { id })}>
      {children}
    </h1>
  );
}

interface FieldProps {
  readonly label: ComponentChildren;
  readonly name: string;
  readonly hint?: ComponentChildren;
  /** What stands there: of one that is told of each change. */
  readonly value?: string;
  /** What stands there until something is typed. */
  readonly initial?: string;
  readonly required?: boolean;
  readonly inputMode?: 'decimal' | 'text';
  readonly list?: string;
  readonly onInput?: (value: string) => void;
}

/** A line to type into, with its label and what to type. */
export function Field({ label, hint, onInput, name, value, initial, ...rest }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        name={name}
        autoComplete="off"
        spellcheck={false}
        dir="auto"
        {...rest}
        {...(value !== undefined && { value })}
        {...(initial !== undefined && { defaultValue: initial })}
        {...(hint !== undefined && { 'aria-describedby': hintId })}
        onInput={(event) => onInput?.(event.currentTarget.value)}
      />
      {hint !== undefined && (
        <small id={hintId} class="hint">
          {hint}
        </small>
      )}
    </p>
  );
}

/** What was typed into a form. */
export function typedIn(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Why something did not work: what the node said, or words of the page itself. */
export function Trouble({ text, title }: { readonly text: Why | string; readonly title?: string }) {
  return (
    <div class="trouble" role="alert">
      <strong>{title ?? t('failed')}</strong>
      <p>
        <WhyText why={text} />
      </p>
    </div>
  );
}

/** Something that the page asks of the node when a person says so. */
export function useTask() {
  const isBusy = useSignal(false);
  const trouble = useSignal<Why | string | null>(null);
  const run = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    trouble.value = null;
    try {
      await work();
    } catch (error) {
      noteTrouble(error);
      trouble.value = whyOfError(error);
    } finally {
      isBusy.value = false;
    }
  };
  return { isBusy, trouble, run };
}

const QUIET_ZONE = 4;
/** Modules on a side from which on a picture is shown larger. */
const DENSE = 80;

/** A link as text to copy and as a picture to scan. */
export function LinkAndPicture({ link, label }: { readonly link: string; readonly label: string }) {
  const id = useId();
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link);
    isCopied.value = true;
  };
  return (
    <div class="link-and-picture">
      <p class="field">
        <label for={id}>{label}</label>
        <textarea id={id} readOnly rows={4} dir="ltr" value={link} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="quiet" onClick={() => void copy().catch(() => undefined)}>
          {t('copy')}
        </button>
        <span role="status">{isCopied.value && t('copied')}</span>
      </p>
      <QrCode text={link} />
    </div>
  );
}

function QrCode({ text }: { readonly text: string }) {
  const { size, path } = useMemo(() => qrPath(text), [text]);
  const side = size + 2 * QUIET_ZONE;
  return (
    <svg
      class={size > DENSE ? 'qr dense' : 'qr'}
      role="img"
      aria-label={t('qrOf')}
      viewBox={`0 0 ${side} ${side}`}
      shape-rendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** One square of side 1 for each dark module. */
function qrPath(text: string): { readonly size: number; readonly path: string } {
  const { modules } = create(text, { errorCorrectionLevel: 'L' });
  let path = '';
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column)) path += `M${column + QUIET_ZONE} ${row + QUIET_ZONE}h1v1h-1z`;
    }
  }
  return { size: modules.size, path };
}

/** What an account comes to, in a sentence. */
export function Balance({
  balance,
  equivalent,
  neighbour,
}: {
  readonly balance: string;
  readonly equivalent: string;
  readonly neighbour: Person;
}) {
  const who = <Name of={neighbour} />;
  if (balance.startsWith('-')) {
    return <T k="youOweThem" who={who} money={<Money amount={balance.slice(1)} of={equivalent} />} />;
  }
  return balance === '0' ? (
    <T k="nobodyOwes" who={who} />
  ) : (
    <T k="owesYou" who={who} money={<Money amount={balance} of={equivalent} />} />
  );
}

/** What may be wider than the page: it is moved sideways on its own, also with the keys. */
export function Scrolled({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keys that scroll it
    <figure class="table" aria-label={label} tabIndex={0}>
      {children}
    </figure>
  );
}
