/** What the page of the designer holds, and everything that a person can do in it. */
import { signal } from '@preact/signals';
import type { DesignFile } from '#simulations/design/contract.ts';
import type { Study } from '#simulations/study/shape.ts';
import type { Extent } from '../graph/picture.ts';
import { AskError, loadFile, readText, saveFile } from './api.ts';
import { type Design, EMPTY, type Trouble, withPayment } from './model.ts';
import { type Kind, Run, type RunSettings } from './run.ts';
import { designOf, type RawStudy, studyOf } from './study.ts';

const FIRST_EXTENT: Extent = { x: [0, 600], y: [0, 400] };
/** A small network is not drawn larger than this. */
const LEAST_EXTENT: Extent = { x: [0, 300], y: [0, 200] };
const MARGIN = 40;

export type Phase = 'opening' | 'open' | 'closed';

export const phase = signal<Phase>('opening');
export const path = signal('');
export const design = signal<Design>(EMPTY);
export const extent = signal<Extent>(FIRST_EXTENT);
/** Null: the network is being drawn. */
export const run = signal<Run | null>(null);
/** Grows with everything that happens in the run. */
export const happened = signal(0);
/** Who was clicked first: trusts, or pays. */
export const chosen = signal<string | null>(null);
/** Who was clicked second. */
export const other = signal<string | null>(null);
/** `gone`: the process behind the page has ended. */
export const trouble = signal<Trouble | 'gone' | { readonly words: string } | null>(null);
/** What was done last, to be said aloud. */
export const done = signal<'saved' | 'opened' | 'quiet' | null>(null);
/** Are searches and the comparison of books shown too? */
export const showsAll = signal(false);

let raw: RawStudy | null = null;
let study: Study | null = null;
let delayMs = 1;

/** The kinds of messages that are shown. */
export function shownKinds(): ReadonlySet<Kind> {
  return new Set<Kind>(showsAll.value ? ['payment', 'search', 'books'] : ['payment']);
}

/** Takes a change of the drawing, or says why there is none. True: it was made. */
export function change(made: Design | Trouble): boolean {
  done.value = null;
  if (typeof made === 'string') {
    trouble.value = made;
    return false;
  }
  trouble.value = null;
  design.value = made;
  return true;
}

export async function open(): Promise<void> {
  await guarded(async () => {
    take(await loadFile());
    phase.value = 'open';
  });
}

export async function openText(text: string): Promise<void> {
  await guarded(async () => {
    take(await readText(text));
    done.value = 'opened';
  });
}

export async function save(): Promise<void> {
  await guarded(async () => {
    const saved = await saveFile(studyOf(design.value, raw));
    keep(saved);
    done.value = 'saved';
  });
}

/** The study as a file for anywhere. JSON is YAML too. */
export function download(): void {
  const blob = new Blob([`${JSON.stringify(studyOf(design.value, raw), null, 2)}\n`], { type: 'application/yaml' });
  const href = URL.createObjectURL(blob);
  const name = path.value.split(/[\\/]/).at(-1) ?? '';
  Object.assign(document.createElement('a'), { href, download: name }).click();
  URL.revokeObjectURL(href);
}

function take(file: DesignFile): void {
  keep(file);
  stop();
  if (file.study === null) return;
  design.value = designOf(file.study);
  extent.value = extentOf(design.value);
}

function keep(file: DesignFile): void {
  path.value = file.path;
  [raw, study, delayMs] = [file.raw, file.study, file.delayMs];
}

async function guarded(work: () => Promise<void>): Promise<void> {
  trouble.value = null;
  done.value = null;
  try {
    await work();
  } catch (error) {
    if (error instanceof AskError && error.isClosed) {
      // What was drawn stays, to be downloaded.
      if (phase.value === 'open') trouble.value = 'gone';
      else phase.value = 'closed';
    } else trouble.value = { words: error instanceof Error ? error.message : String(error) };
  }
}

function extentOf({ people }: Design): Extent {
  const around = (values: readonly number[], [least, most]: readonly [number, number]): [number, number] => {
    if (values.length === 0) return [least, most];
    const [low, high] = [Math.min(...values) - MARGIN, Math.max(...values) + MARGIN];
    const more = Math.max(0, most - least - (high - low)) / 2;
    return [low - more, high + more];
  };
  return {
    x: around(
      people.map(({ x }) => x),
      LEAST_EXTENT.x,
    ),
    y: around(
      people.map(({ y }) => y),
      LEAST_EXTENT.y,
    ),
  };
}

// ---- the run

function settings(): RunSettings {
  return {
    delayMs,
    clears: study === null || study.clearing === 'on',
    isMapKnown: study === null || study.map === 'whole',
  };
}

/** Runs what is drawn, from its beginning. */
export function begin(): void {
  const begun = Run.begin(design.value, settings());
  done.value = null;
  trouble.value = typeof begun === 'string' ? { words: begun } : null;
  if (typeof begun === 'string') return;
  run.value = begun;
  happened.value = 0;
  [chosen.value, other.value] = [null, null];
}

export function stop(): void {
  run.value = null;
  [chosen.value, other.value] = [null, null];
}

/** Something that is done to the run. */
export function act(deed: (running: Run) => void): void {
  if (run.value === null) return;
  done.value = null;
  trouble.value = null;
  deed(run.value);
  happened.value += 1;
}

/** Pays in the run, and puts the payment into the study. */
export function pay(from: string, to: string, amount: number): boolean {
  const running = run.value;
  if (running === null) return false;
  if (!change(withPayment(design.value, { at: running.nowMs / 1_000, from, to, amount }))) return false;
  act(() => running.pay(from, to, amount));
  return true;
}

/** The next thing that is shown. */
export function step(): void {
  act((running) => {
    if (!running.step(shownKinds())) done.value = 'quiet';
  });
}

/** All that follows by itself. */
export function rest(): void {
  act((running) => {
    running.rest();
    done.value = 'quiet';
  });
}

/** Whoever is clicked is the first, then the second; clicked again nobody is. */
export function choose(name: string): void {
  if (chosen.value === null || other.value !== null) [chosen.value, other.value] = [name, null];
  else if (chosen.value === name) chosen.value = null;
  else other.value = name;
}

export function chooseNobody(): void {
  [chosen.value, other.value] = [null, null];
}
