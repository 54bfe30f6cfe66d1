/** What a hub is installed with: it parses, is pinned, and speaks of metrics that exist. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { measureDisk } from '#hub-indexer/disk.ts';
import { type HubSettings, USUAL_HTTP_PORT, USUAL_MEMBERS_PORT } from '#hub-indexer/hub.ts';
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { createIntegrityMetrics } from '#hub-indexer/integrity/metrics.ts';
import { MAX_MEMBER_BODY_BYTES } from '#hub-indexer/limits.ts';
import { measureMembers } from '#hub-indexer/members/metrics.ts';
import { measureMemory } from '#hub-indexer/memory.ts';
import { createHubMetrics } from '#hub-indexer/metrics.ts';
import { createPushMetrics } from '#hub-indexer/push/metrics.ts';
import { addStart, type StartOptions, settingsOf } from '#hub-indexer/settings.ts';
import { readConfig } from '#node/config.ts';
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
  measureMembers(hub.registry, { hosted: () => 0, sockets: () => 0, areServed: () => true });
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

  it('tell of violations, checks that are overdue, members, notifications, memory, disk, process, held amounts and errors', () => {
    const about = rules.flatMap(({ expr }) => metricsIn(expr));
    expect(about).toEqual(
      expect.arrayContaining([
        'geo_hub_integrity_violations_total',
        'geo_hub_integrity_last_check_timestamp_seconds',
        'geo_hub_disk_free_bytes',
        'up',
        'geo_held_oldest_seconds',
        'geo_faults_total',
        'geo_hub_blocked_accounts',
        'geo_hub_members_served',
        'geo_hub_member_refusals_total',
        'geo_hub_pushes_total',
        'geo_hub_memory_resident_bytes',
      ]),
    );
    expect(rules.filter(({ annotations }) => !(annotations.summary && annotations.description))).toEqual([]);
  });
});

/** What a hub is started with by these words after `geo`, as the program itself understands them. Throws where it does not. */
async function startedBy(
  words: readonly string[],
): Promise<{ readonly settings: HubSettings; readonly listen: readonly string[]; readonly options: StartOptions }> {
  const given: StartOptions[] = [];
  const hub = new Command('geo').exitOverride().configureOutput({ writeErr: () => undefined });
  addStart(hub.command('hub'), async (options) => void given.push(options));
  await hub.parseAsync([...words], { from: 'user' });
  const [options] = given as [StartOptions];
  const { listen } = readConfig({ flags: { ...options, dataDir: temporaryFolder() }, environment: {} });
  return { settings: settingsOf(options), listen, options };
}

/** A hub for members behind a proxy on the same machine, at the ports that are named everywhere else here. */
const MEMBERS_BEHIND_PROXY = {
  settings: {
    httpHost: '127.0.0.1',
    httpPort: USUAL_HTTP_PORT,
    isBehindProxy: true,
    members: { admission: 'invitation', host: '127.0.0.1', port: USUAL_MEMBERS_PORT },
  },
  listen: ['/ip4/0.0.0.0/tcp/4610'],
};

function unitWords(unit: string): readonly string[] {
  const [, started = ''] = /^ExecStart=\/usr\/bin\/env geo (.*)$/m.exec(unit) ?? [];
  return started.split(' ');
}

describe('the hub is started for members behind a proxy', () => {
  it('by the systemd unit', async () => {
    const started = await startedBy(unitWords(read('geo-hub.service')));
    expect(started).toMatchObject(MEMBERS_BEHIND_PROXY);
    // Where systemd puts the credential of that name.
    const [, credential] = /^LoadCredential=(\w+):/m.exec(read('geo-hub.service')) ?? [];
    expect(started.options.passphraseFile).toBe(`%d/${credential}`);
    await expect(startedBy(unitWords(read('geo-hub.service').replace('--members ', '--member ')))).rejects.toThrow(
      'unknown option',
    );
  });

  it('by the container', async () => {
    const file = read('Containerfile');
    const [, command = ''] = /^CMD (\[.*\])$/m.exec(file) ?? [];
    const started = await startedBy(JSON.parse(command) as string[]);
    expect(started).toMatchObject(MEMBERS_BEHIND_PROXY);
    expect(file.match(/^EXPOSE .*$/gm)).toEqual(['EXPOSE 4610']);
    expect(file).toContain(`http://127.0.0.1:${USUAL_HTTP_PORT}/healthz`);
    const { services, secrets } = parse(read('compose.yaml')) as {
      services: Record<string, { network_mode: string; secrets?: string[] }>;
      secrets: Record<string, unknown>;
    };
    expect(started.options.passphraseFile).toBe(`/run/secrets/${services.hub?.secrets?.[0]}`);
    expect(Object.keys(secrets)).toEqual(
      expect.arrayContaining(Object.values(services).flatMap((of) => of.secrets ?? [])),
    );
  });

  it('in compose in one network with what reads it, and nothing else listens to others', () => {
    const { services } = parse(read('compose.yaml')) as {
      services: Record<string, { network_mode: string; command?: string[]; environment?: Record<string, string> }>;
    };
    expect(new Set(Object.values(services).map((service) => service.network_mode))).toEqual(new Set(['host']));
    expect(services.prometheus?.command).toContain('--web.listen-address=127.0.0.1:9090');
    expect(services.grafana?.environment?.GF_SERVER_HTTP_ADDR).toBe('127.0.0.1');
    expect(read('grafana/provisioning/datasources/geo.yaml')).toContain('url: http://127.0.0.1:9090\n');
    const { scrape_configs: jobs } = parse(read('prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const { apiPort } = readConfig({ flags: { dataDir: temporaryFolder() }, environment: {} });
    expect(jobs.map((job) => [job.job_name, job.static_configs[0]?.targets])).toEqual([
      ['geo-hub', [`127.0.0.1:${USUAL_HTTP_PORT}`]],
      ['geo-node', [`127.0.0.1:${apiPort}`]],
    ]);
  });
});

describe('the proxies', () => {
  const caddy = read('proxy/Caddyfile');
  const nginx = read('proxy/nginx.conf');
  /** Without what is said to people. */
  const bare = (text: string) => text.replaceAll(/^\s*#.*$/gm, '');

  it('pass members and ways on to where the hub is, and keep its figures to the machine', () => {
    const upstreams = (text: string) =>
      new Set([...bare(text).matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)));
    for (const text of [caddy, nginx]) {
      expect(upstreams(text)).toEqual(new Set([USUAL_HTTP_PORT, USUAL_MEMBERS_PORT]));
      for (const own of ['/metrics', '/healthz', '/readyz', '/api/v1/operator/']) expect(bare(text)).toContain(own);
    }
    // Beside a `handle`, a `respond` would come too late.
    expect(bare(caddy)).toMatch(/handle @own \{\s*respond 404\s*\}/);
    const [, limit] = /client_max_body_size (\d+)k;/.exec(nginx) ?? [];
    expect(Number(limit) * 1_024).toBe(MAX_MEMBER_BODY_BYTES);
  });

  it('set whose request it is themselves, and write no addresses down', () => {
    expect(bare(caddy).match(/header_up X-Forwarded-For \{remote_host\}/g)).toHaveLength(2);
    expect(bare(caddy).match(/header_up -User-Agent/g)).toHaveLength(2);
    expect(bare(caddy)).toMatch(/log \{\s*exclude http\.log http\.stdlib\s*\}/);
    expect(bare(caddy).match(/\blog\b/g)).toHaveLength(2);
    expect(bare(nginx)).toContain('proxy_set_header X-Forwarded-For $remote_addr;');
    expect(bare(nginx)).toContain('proxy_set_header User-Agent "";');
    const servers = bare(nginx)
      .split(/^server /m)
      .slice(1);
    expect(servers).toHaveLength(2);
    for (const server of servers) expect(server).toMatch(/access_log off;\s*error_log \/dev\/null;/);
    // A header that is set in a location would take away all that are set outside of it.
    expect(
      bare(nginx)
        .replaceAll(/location [^{]*\{[^}]*\}/g, '')
        .match(/proxy_set_header/g),
    ).toEqual(bare(nginx).match(/proxy_set_header/g));
  });

  it('upgrade the events of members', () => {
    const [, events = ''] = /location = \/api\/v1\/ws \{([^}]*)\}/.exec(nginx) ?? [];
    expect(events).toContain(`proxy_pass http://127.0.0.1:${USUAL_MEMBERS_PORT};`);
    for (const line of ['proxy_http_version 1.1;', 'proxy_set_header Upgrade $http_upgrade;', 'map $http_upgrade'])
      expect(bare(nginx)).toContain(line);
  });
});

it('the alert about memory comes before the end of the memory that unit and container have', () => {
  const { expr = '' } = rules.find(({ alert }) => alert === 'MemoryAlmostFull') ?? {};
  const threshold = Number(/> (.*)$/.exec(expr)?.[1]);
  const { services } = parse(read('compose.yaml')) as { services: { hub: { mem_limit: string } } };
  const [, unit] = /^MemoryMax=(\d+)G$/m.exec(read('geo-hub.service')) ?? [];
  const limits = [Number(unit), Number.parseInt(services.hub.mem_limit, 10)].map((gigabytes) => gigabytes * 2 ** 30);
  for (const limit of limits) {
    expect(threshold).toBeLessThan(0.9 * limit);
    expect(threshold).toBeGreaterThan(0.6 * limit);
  }
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
    expect(images).toHaveLength(4);
    expect(bases).toHaveLength(2);
    for (const image of [...images, ...bases]) expect(image).toMatch(/:v?\d+\.\d+\.\d+(-[a-z-]+)?$/);
  });

  it('mount what is there', () => {
    const { services } = parse(read('compose.yaml')) as { services: Record<string, { volumes: string[] }> };
    const mounted = Object.values(services).flatMap(({ volumes }) =>
      volumes.filter((volume) => volume.startsWith('./')),
    );
    expect(mounted).toHaveLength(4);
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
