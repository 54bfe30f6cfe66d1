/** Study files as the network designer reads and saves them: what cannot be run is refused with the simulator's own words. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Document, parse, parseDocument } from 'yaml';
import { BadStudy, parseStudy } from '../study/file.ts';
import { planOf } from '../study/prepare.ts';
import { readLatency, type Study } from '../study/shape.ts';
import { type DesignFile, MOST_DRAWN } from './contract.ts';

const DEFAULT_DELAY_MS = 50;

/** The file that was named, or that there is none yet. Throws `BadStudy`, `BadFile`. */
export async function openDesign(path: string): Promise<DesignFile> {
  if (!existsSync(path)) return { path, raw: null, study: null, delayMs: DEFAULT_DELAY_MS };
  return readDesign(path, readFileSync(path, 'utf8'));
}

/** What a text is as a design that will be saved at the path. Throws `BadStudy`, `BadFile`. */
export async function readDesign(path: string, text: string): Promise<DesignFile> {
  const { study, points } = parseStudy(path, text);
  if (study.network.participants === undefined) {
    throw new BadStudy(path, `has a network that is generated (${study.network.graph}): only drawn ones can be shown`);
  }
  const count = study.network.participants.length;
  if (count > MOST_DRAWN) throw new BadStudy(path, `has ${count} participants: at most ${MOST_DRAWN} can be drawn`);
  // Names that nobody has are found only where the run is made ready.
  for (const point of points.slice(0, 1)) await planOf(path, point);
  return { path, raw: parse(text) as Record<string, unknown>, study, delayMs: delayOf(study) };
}

function delayOf({ latency }: Study): number {
  const read = readLatency(latency);
  const delayMs = read?.type === 'constant' ? read.ms : read?.type === 'lognormal' ? read.medianMs : DEFAULT_DELAY_MS;
  // Machines are told whole milliseconds, and what takes no time cannot be looked at.
  return Math.max(1, Math.round(delayMs));
}

/** Saves a study, whole or not at all; comments beside what did not change stay. Throws `BadStudy`, `BadFile`. */
export async function saveDesign(path: string, raw: Readonly<Record<string, unknown>>): Promise<DesignFile> {
  const text = textOf(path, raw);
  const design = await readDesign(path, text);
  const draft = `${path}.draft`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return design;
}

function textOf(path: string, raw: Readonly<Record<string, unknown>>): string {
  const document = existsSync(path) ? parseDocument(readFileSync(path, 'utf8')) : new Document({});
  const before = document.toJS() as unknown;
  if (document.errors.length > 0 || typeof before !== 'object' || before === null) return new Document(raw).toString();
  const known = before as Record<string, unknown>;
  for (const field of Object.keys(known)) if (!(field in raw)) document.delete(field);
  for (const [field, value] of Object.entries(raw)) {
    if (JSON.stringify(known[field]) !== JSON.stringify(value)) document.set(field, document.createNode(value));
  }
  return document.toString();
}
