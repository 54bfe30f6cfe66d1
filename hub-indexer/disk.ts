/** How much room there is where a hub keeps its data: one that cannot write stops. */
import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';

/** Shows it whenever somebody looks. */
export function measureDisk(registry: Registry, folder: string): void {
  const gauge = (name: string, help: string, blocksOf: (disk: StatsFs) => number) =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      async collect() {
        const disk = await statfs(folder);
        this.set(blocksOf(disk) * disk.bsize);
      },
    });
  gauge('geo_hub_disk_free_bytes', 'Room that is left on the disk of the data folder.', ({ bavail }) => bavail);
  gauge('geo_hub_disk_bytes', 'Size of the disk of the data folder.', ({ blocks }) => blocks);
}
