/** A drawing of a network in a page. What it shows is always in a table beside it: a canvas tells a screen reader nothing. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Drawing } from './drawing.ts';
import type { DrawingWords, Hands, Picture } from './picture.ts';

interface Props extends Hands {
  readonly picture: Picture;
  /** What is drawn, and where the same is to be read. */
  readonly label: string;
  readonly words: DrawingWords;
  /** Said where this browser cannot draw. */
  readonly impossible: string;
}

/** Shows a picture, and tells what hands do to it. */
export function GraphView({ picture, label, words, impossible, ...hands }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const latest = useRef({ picture, hands });
  latest.current = { picture, hands };
  const isImpossible = useSignal(false);
  useEffect(() => {
    let isGone = false;
    void begin().catch(() => {
      isImpossible.value = true;
    });
    async function begin(): Promise<void> {
      const { openDrawing } = await import('./drawing.ts');
      if (isGone || container.current === null) return;
      drawing.current = openDrawing(container.current, () => latest.current.hands, words);
      drawing.current.show(latest.current.picture);
    }
    return () => {
      isGone = true;
      drawing.current?.close();
      drawing.current = null;
    };
  }, []);
  useEffect(() => drawing.current?.show(picture), [picture]);
  if (isImpossible.value) return <p class="hint">{impossible}</p>;
  return <div class="graph" ref={container} role="img" aria-label={label} />;
}
