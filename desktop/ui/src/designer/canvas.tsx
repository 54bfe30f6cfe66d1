/** The drawing of the designer, and what clicks on it mean. */
import { useComputed } from '@preact/signals';
import { formatAmount } from '../format.ts';
import { GraphView } from '../graph/view.tsx';
import { locale } from '../i18n.tsx';
import { freeName, withPerson, withPlace } from './model.ts';
import { drawnPicture, runPicture } from './picture.ts';
import { change, choose, chooseNobody, chosen, design, extent, happened, other, run, shownKinds } from './state.ts';
import { d } from './words.ts';

export function Canvas() {
  const running = run.value;
  const picture = useComputed(() => {
    const looks = {
      extent: extent.value,
      chosen: [chosen.value, other.value],
      format: (units: string) => formatAmount(units, locale.value),
    };
    const now = { run: run.value, moment: happened.value };
    return now.run === null
      ? drawnPicture(design.value, looks)
      : runPicture(now.run, design.value, shownKinds(), looks);
  });
  return (
    <>
      <GraphView
        picture={picture.value}
        label={d('drawing')}
        words={{ wheel: d('wheel'), touch: d('touch') }}
        impossible={d('impossible')}
        onDot={choose}
        onEmpty={(place) => {
          if (chosen.value !== null) chooseNobody();
          else if (run.value === null) addAt(place);
        }}
        onMoved={(name, place) => change(withPlace(design.value, name, place))}
      />
      <p class="hint">{d(running === null ? 'drawHint' : 'runHint')}</p>
    </>
  );
}

/** Somebody new, with a name that can be changed. */
export function addAt({ x, y }: { readonly x: number; readonly y: number }): void {
  const name = freeName(design.value, d('names').split(', '));
  change(withPerson(design.value, { name, x: Math.round(x), y: Math.round(y) }));
}
