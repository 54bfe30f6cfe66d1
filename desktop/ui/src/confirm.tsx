/** A button that asks before it does something that is hard to take back. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from './i18n.tsx';

interface Props {
  readonly label: ComponentChildren;
  /** What the button is for, where its label alone does not say of what. */
  readonly about?: string;
  readonly title: ComponentChildren;
  /** What it means, in full. */
  readonly children: ComponentChildren;
  readonly yes: string;
  readonly isBusy?: boolean;
  readonly onYes: () => void;
}

/** The button, and the window with what it means and both ways out. */
export function ConfirmButton({ label, about, title, children, yes, isBusy = false, onYes }: Props) {
  const isOpen = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="quiet"
        disabled={isBusy}
        {...(about !== undefined && { 'aria-label': about })}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {label}
      </button>
      {isOpen.value && (
        <Question
          {...{ title, yes, children }}
          onEnd={(isYes) => {
            isOpen.value = false;
            if (isYes) onYes();
          }}
        />
      )}
    </>
  );
}

interface QuestionProps {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  readonly yes: string;
  readonly onEnd: (isYes: boolean) => void;
}

function Question({ title, children, yes, onEnd }: QuestionProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    // The browser keeps the keyboard inside, and gives the focus back.
    current?.showModal();
    return () => current?.close();
  }, []);
  const end = (isYes: boolean): void => {
    // Before it is gone, so that the focus goes back to where it was.
    dialog.current?.close();
    onEnd(isYes);
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        end(false);
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
      <div class="actions">
        <button type="button" class="quiet" onClick={() => end(false)}>
          {t('cancel')}
        </button>
        <button type="button" class="danger" onClick={() => end(true)}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
