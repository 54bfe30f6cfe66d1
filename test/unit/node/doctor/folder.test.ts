import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Check, Finding } from '#node/doctor/finding.ts';
import { checkFolder, checkProcess, failed } from '#node/doctor/folder.ts';
import { Failure } from '#node/failure.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { temporaryFolder } from '#test/support/store.ts';

const NOW_MS = Date.now();

const find = (findings: readonly Finding[], check: Check): Finding | undefined =>
  findings.find((finding) => finding.check === check);

it('a folder that only its owner can read, with a whole identity and room on the disk, is well', async () => {
  const folder = join(temporaryFolder(), 'new');
  await createKeyFile(folder, newSeed(), null);
  const findings = await checkFolder(folder, NOW_MS + 60_000);
  expect(findings.map(({ check }) => check)).toEqual(['folder', 'identity', 'disk']);
  expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['well']));
  expect(find(findings, 'identity')?.text).toContain('protected by the rights of the file alone');
  expect(find(findings, 'folder')).toMatchObject({ code: 'folder-private', facts: { folder } });
  expect(find(findings, 'identity')).toMatchObject({
    code: 'identity-plain',
    facts: { pid: expect.any(String) as string },
  });
  expect(find(findings, 'disk')).toMatchObject({ code: 'disk-room', facts: { freeMiB: expect.any(Number) as number } });
});

it('an identity that is missing or damaged is told with what to do', async () => {
  const folder = temporaryFolder();
  expect(find(await checkFolder(folder, NOW_MS), 'identity')).toMatchObject({
    state: 'attention',
    code: 'failure',
    facts: { failure: 'identity-missing' },
    advice: 'Make one with `geo init`.',
  });
  await writeFile(join(folder, 'identity.json'), '{}');
  expect(find(await checkFolder(folder, NOW_MS), 'identity')?.text).toContain('is damaged');
});

it('a file is no data folder', async () => {
  const file = join(temporaryFolder(), 'file');
  await writeFile(file, '');
  expect(await checkFolder(file, NOW_MS)).toMatchObject([
    { check: 'folder', state: 'attention', code: 'folder-unreadable', facts: { folder: file } },
  ]);
});

it('a clock that is behind the files, or in another age, is told', async () => {
  const folder = temporaryFolder();
  await mkdir(join(folder, 'store'));
  const later = new Date(NOW_MS + 61_000);
  await utimes(join(folder, 'store'), later, later);
  expect(find(await checkFolder(folder, NOW_MS), 'clock')).toMatchObject({ state: 'attention', code: 'clock-files' });
  expect(find(await checkFolder(folder, NOW_MS + 1_000), 'clock')).toBeUndefined();
  expect(find(await checkFolder(folder, 0), 'clock')).toMatchObject({
    text: 'It is 1970 by this computer.',
    code: 'clock-year',
    facts: { year: '1970' },
  });
});

it('a process that holds the folder should answer', () => {
  const holder = { pid: 77, sinceMs: 0 };
  expect(checkProcess(null, false)).toMatchObject({
    state: 'note',
    code: 'process-none',
    advice: 'Start it with `geo start`.',
  });
  const facts = { process: '77', sinceAtMs: 0 };
  expect(checkProcess(holder, true)).toMatchObject({
    ...{ state: 'well', code: 'process-runs', facts, text: expect.stringContaining('77') as string },
  });
  expect(checkProcess(holder, false)).toMatchObject({ state: 'attention', code: 'process-silent', facts });
});

it('a failure is a finding, also of the system; a bug stays one', () => {
  const failure = new Failure('disk-full', 'No room.', { hint: 'Make some.' });
  expect(failed('disk', failure)).toEqual({
    check: 'disk',
    state: 'attention',
    code: 'failure',
    facts: { failure: 'disk-full' },
    text: 'No room.',
    advice: 'Make some.',
  });
  const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(failed('disk', refused)).toMatchObject({
    text: 'The system does not allow to look: EACCES: permission denied.',
    code: 'system-refused',
    facts: { errno: 'EACCES' },
  });
  expect(() => failed('disk', new TypeError('x'))).toThrow(TypeError);
});
