/** What a hub is installed with: it parses, is pinned, and speaks of metrics that exist. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { measureDisk } from '#hub-indexer/disk.ts';
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { createIntegrityMetrics } from '#hub-indexer/integrity/metrics.ts';
import { measureMemory } from '#hub-indexer/memory.ts';
import { createHubMetrics } from '#hub-indexer/metrics.ts';
import { createPushMetrics } from '#hub-indexer/push/metrics.ts';
import { HeldAmounts } from '#node/held.ts';
import { createMetrics, measureHeld, measureRecords } from '#node/metrics.ts';
import { createHostMetrics, measureDirectory } from '#node/p2p/metrics.ts';
import { Records } from '#protocol/records.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { key, NETWORK } from '#test/support/packets.ts';
import { temporaryFolder } from '#test/support/store.ts';

const DEPLOY = join(import.meta.dirname, '../../../hub-indexer/deploy');
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8');
const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' });

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

const rules = (parse(read('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(read('grafana/dashboards/geo-hub.json')) as Dashboard;
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Every name that a node and a hub serve, with those of which a histogram is made. */
async function served(): Promise<ReadonlySet<string>> {
  const records = new Records(key('A'), NETWORK);
  const clock = new ManualClock(0);
  const node = createMetrics();
  measureRecords(node, records);
  measureHeld(node, new HeldAmounts({ records, clock, tell: () => undefined }), clock);
  createHostMetrics(node.registry);
  measureDirectory(node.registry, { size: 0, records: 0, connections: 0 });
  const hub = createHubMetrics(new MapIndex(new Uint8Array(8)));
  createIntegrityMetrics(hub.registry, { size: 0 });
  createPushMetrics(hub.registry);
  measureDisk(hub.registry, temporaryFolder());
  measureMemory(hub.registry)();
  // What Prometheus says of those it reads.
  const names = new Set(['up']);
  const metrics = [...(await node.registry.getMetricsAsJSON()), ...(await hub.registry.getMetricsAsJSON())];
  for (const { name, type } of metrics) {
    const suffixes = String(type) === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) names.add(name + suffix);
  }
  return names;
}

/** The metrics in a query: names that are no functions, labels or words of the language. */
function metricsIn(query: string): readonly string[] {
  const bare = query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring) *\([^)]*\)/g, '')
    .replaceAll(/\b(and|or|unless|bool|offset)\b/g, '');
  return [...bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?![\w:]| *\()/g)].map(([name]) => name);
}

describe('alert rules and dashboards', () => {
  it('name no metric but those that a node and a hub serve', async () => {
    const names = await served();
    const named = [...rules.map(({ expr }) => expr), ...queries].map((query) => ({ query, names: metricsIn(query) }));
    expect(named.filter(({ names }) => names.length === 0)).toEqual([]);
    expect(named.flatMap((of) => of.names).filter((name) => !names.has(name))).toEqual([]);
    expect(metricsIn('sum by (a) (rate(geo_x{b="geo_y"}[5m])) / geo_z > 1e9 or up == 0')).toEqual([
      'geo_x',
      'geo_z',
      'up',
    ]);
  });

  it('tell of violations, checks that are overdue, disk, process, held amounts and errors', () => {
    const about = rules.flatMap(({ expr }) => metricsIn(expr));
    expect(about).toEqual(
      expect.arrayContaining([
        'geo_hub_integrity_violations_total',
        'geo_hub_integrity_last_check_timestamp_seconds',
        'geo_hub_disk_free_bytes',
        'up',
        'geo_held_oldest_seconds',
        'geo_faults_total',
      ]),
    );
    expect(rules.filter(({ annotations }) => !(annotations.summary && annotations.description))).toEqual([]);
  });
});

describe('files', () => {
  it('are YAML and JSON that parse', () => {
    const yaml = files.filter((path) => /\.ya?ml$/.test(path));
    expect(yaml).toHaveLength(5);
    for (const path of yaml) {
      for (const document of parseAllDocuments(read(path)) as { errors: unknown[]; warnings: unknown[] }[])
        expect([path, ...document.errors, ...document.warnings]).toEqual([path]);
    }
    for (const path of files.filter((name) => name.endsWith('.json')))
      expect(() => JSON.parse(read(path))).not.toThrow();
  });

  it('name images with the version they were made for', () => {
    const { services } = parse(read('compose.yaml')) as { services: Record<string, { image: string }> };
    const images = Object.values(services).map(({ image }) => image);
    const bases = [...read('Containerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(images).toHaveLength(3);
    expect(bases).toHaveLength(2);
    for (const image of [...images, ...bases]) expect(image).toMatch(/:v?\d+\.\d+\.\d+(-[a-z-]+)?$/);
  });

  it('mount what is there', () => {
    const { services } = parse(read('compose.yaml')) as { services: Record<string, { volumes: string[] }> };
    const mounted = Object.values(services).flatMap(({ volumes }) =>
      volumes.filter((volume) => volume.startsWith('./')),
    );
    expect(mounted).toHaveLength(3);
    for (const volume of mounted) expect(files).toContain(volume.slice(2).split(':')[0]);
  });
});

describe('the systemd unit', () => {
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

  it('starts the hub as a user of its own, which can write nothing but its folder', () => {
    const lines = read('geo-hub.service').split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(['User=geo-hub', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'CapabilityBoundingSet=']),
    );
    expect(lines.find((line) => line.startsWith('ExecStart='))).toContain('geo hub start');
  });

  it(`${hasSystemd ? 'passes' : 'was NOT held against (it is not on this machine)'} systemd-analyze verify`, () => {
    if (!hasSystemd) return;
    const verify = (path: string) => {
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path], {
        encoding: 'utf8',
      });
      return { status, complaints: stderr.split('\n').filter((line) => line.includes('geo-hub')) };
    };
    expect(verify(join(DEPLOY, 'geo-hub.service'))).toEqual({ status: 0, complaints: [] });
    const broken = join(temporaryFolder(), 'geo-hub.service');
    writeFileSync(broken, read('geo-hub.service').replace('ProtectHome=yes', 'ProtectHome=perhaps'));
    expect(verify(broken).complaints).not.toEqual([]);
  });
});
