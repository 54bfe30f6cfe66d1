/**
 * A list of any length, of which only what is near the window is in the page. Lists of usual length are there whole, so
 * that the browser's own search and print find everything.
 */
import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  type Range,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

/** Up to this many are all there. */
const MOST_WHOLE = 100;
/** How many are there beyond both edges of the window. */
const OVERSCAN = 6;
/** The end is near when it is so many rows away. */
const NEAR_END = 40;

interface Props<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly render: (item: T) => ComponentChildren;
  /** How high a row is about, before it was ever shown. */
  readonly rowPixels: number;
  readonly class?: string;
  /** Told when the end comes near. */
  readonly onNearEnd?: () => void;
}

/** A native list. */
export function LongList<T>(props: Props<T>) {
  const { items, keyOf, render } = props;
  const isWhole = items.length <= MOST_WHOLE;
  useEffect(() => {
    if (isWhole) props.onNearEnd?.();
  }, [isWhole, items.length]);
  if (!isWhole) return <WindowedList {...props} />;
  return (
    <ul class={`plain ${props.class ?? ''}`}>
      {items.map((item) => (
        <li key={keyOf(item)}>{render(item)}</li>
      ))}
    </ul>
  );
}

function WindowedList<T>({ items, keyOf, render, rowPixels, onNearEnd, ...rest }: Props<T>) {
  const list = useRef<HTMLUListElement>(null);
  const top = useRef(0);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const options = {
    count: items.length,
    getScrollElement: () => window,
    estimateSize: () => rowPixels,
    getItemKey: (index: number) => keyOf(items[index] as T),
    overscan: OVERSCAN,
    scrollMargin: top.current,
    rangeExtractor: (range: Range) => withFocused(range, list.current),
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLLIElement>(options));
  virtualizer.setOptions(options);
  useEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => {
    virtualizer._willUpdate();
    const now = Math.round((list.current?.getBoundingClientRect().top ?? 0) + scrollY);
    if (Math.abs(now - top.current) > 1) {
      top.current = now;
      redraw(undefined);
    }
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1);
  useEffect(() => {
    if (last !== undefined && last.index >= items.length - NEAR_END) onNearEnd?.();
  }, [last?.index, items.length]);
  return (
    <ul ref={list} class={`plain windowed ${rest.class ?? ''}`} style={{ height: `${virtualizer.getTotalSize()}px` }}>
      {rows.map((row) => (
        <li
          key={row.key}
          data-index={row.index}
          aria-setsize={items.length}
          aria-posinset={row.index + 1}
          ref={virtualizer.measureElement}
          style={{ transform: `translateY(${row.start - top.current}px)` }}
        >
          {render(items[row.index] as T)}
        </li>
      ))}
    </ul>
  );
}

/** What has the focus stays, however far it is scrolled away: a focus that is gone throws people to the top. */
function withFocused(range: Range, list: HTMLUListElement | null): number[] {
  const indexes = defaultRangeExtractor(range);
  const row = document.activeElement?.closest<HTMLElement>('[data-index]') ?? null;
  if (row === null || list === null || row.parentElement !== list) return indexes;
  const focused = Number(row.dataset.index);
  if (focused >= range.count || indexes.includes(focused)) return indexes;
  return [...indexes, focused].sort((left, right) => left - right);
}
