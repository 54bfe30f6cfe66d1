/** What is seldom wanted: made when somebody opens it, so that a page with many people stays light. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly summary: ComponentChildren;
  /** Open from the beginning, and where the focus goes: the way led here. */
  readonly isMeant?: boolean;
  readonly children: ComponentChildren;
}

/** A summary, and what is behind it. */
export function Fold({ summary, isMeant = false, children }: Props) {
  const isOpen = useSignal(isMeant);
  const handle = useRef<HTMLElement>(null);
  useEffect(() => {
    // After the heading, which has the focus first.
    if (isMeant) requestAnimationFrame(() => handle.current?.focus());
  }, [isMeant]);
  return (
    <details
      open={isOpen.value}
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary ref={handle}>{summary}</summary>
      {isOpen.value && children}
    </details>
  );
}
