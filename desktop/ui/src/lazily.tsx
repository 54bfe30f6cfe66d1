/** Parts of the page that are loaded when they are first shown: what most visits do not need is not waited for. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { AskError } from './ask-error.ts';
import { t } from './i18n.tsx';
import { Trouble } from './parts.tsx';
import { whyOfError } from './why-text.tsx';

type Part<P extends object> = (props: P) => VNode | null;

/** Throws that what the page is loaded from is away: for `catch` after an `import()`. */
export function notLoaded(): never {
  throw new AskError('unreachable', '');
}

/** A part of the page, loaded when it is first shown; says so where that fails. */
export function lazily<P extends object>(load: () => Promise<Part<P>>): (props: P) => VNode {
  let loaded: Part<P> | null = null;
  return (props) => {
    const shown = useSignal<Part<P> | null>(loaded);
    const isAway = useSignal(false);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (part) => {
          loaded = part;
          shown.value = part;
        },
        () => (isAway.value = true),
      );
    }, []);
    if (isAway.value) return <Trouble text={whyOfError(new AskError('unreachable', ''))} />;
    const Shown = shown.value;
    return Shown === null ? <p role="status">{t('loading')}</p> : <Shown {...props} />;
  };
}
