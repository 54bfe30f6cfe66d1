/** Parts of a page that are loaded when they are first shown. */
import { useSignal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from './i18n.tsx';
import { noteTrouble } from './state.ts';

/** Stands for the part until it is there, and is the part from then on. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => VNode {
  // Once it is there, it is there for all.
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const Part = useSignal(loaded);
    useEffect(() => {
      if (loaded !== null) return;
      load()
        .then((part) => {
          loaded = part;
          Part.value = part;
        })
        .catch(noteTrouble);
    }, []);
    return Part.value === null ? <p role="status">{t('loading')}</p> : <Part.value {...props} />;
  };
}
