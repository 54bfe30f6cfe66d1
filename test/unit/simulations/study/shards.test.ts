import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseStudy } from '#simulations/study/file.ts';
import { kubernetesJob, slurmArray } from '#simulations/study/shards.ts';

const TEXT = 'study: "A & B’s test"\nnetwork: { graph: "ba:20,2" }\n';
const FILE = parseStudy("/data/o'clock/study.yaml", TEXT);

describe('jobs', () => {
  it('for Kubernetes hold the study and run each shard once', () => {
    const [configMap, job] = parseAllDocuments(kubernetesJob(FILE, 12)).map((document) => document.toJS() as unknown);
    expect(configMap).toMatchObject({
      kind: 'ConfigMap',
      metadata: { name: 'geo-sim-a-b-s-test' },
      data: { 'study.yaml': TEXT },
    });
    expect(job).toMatchObject({ kind: 'Job', spec: { completionMode: 'Indexed', completions: 12, parallelism: 12 } });
    expect(JSON.stringify(job)).toContain('--shard \\"$JOB_COMPLETION_INDEX\\" --shards 12');
    expect(parse((configMap as { data: Record<string, string> }).data['study.yaml'] as string)).toMatchObject({
      study: 'A & B’s test',
    });
  });

  it('for SLURM run each shard once', () => {
    const script = slurmArray(FILE, 12);
    expect(script).toContain('#SBATCH --array=0-11');
    expect(script).toContain(
      `geo sim run '/data/o'\\''clock/study.yaml' --workers 1 --shard "$SLURM_ARRAY_TASK_ID" --shards 12`,
    );
  });
});
