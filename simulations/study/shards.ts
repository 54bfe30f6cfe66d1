/** Ready-made jobs that run the shards of a study on many machines. */
import { basename } from 'node:path';
import { stringify } from 'yaml';
import type { StudyFile } from './file.ts';

const IMAGE = 'GEO-IMAGE';
const MEMORY = '4Gi';

/** A name that Kubernetes takes. */
function jobName(study: string): string {
  const name = study
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `geo-sim-${name === '' ? 'study' : name}`;
}

/** An Indexed Job: one pod a shard. The study stands in it, the results go to a volume that all share. */
export function kubernetesJob({ path, text, study }: StudyFile, shards: number): string {
  const name = jobName(study.study);
  const file = basename(path);
  const command = `geo sim run /study/${file} --workers 1 --shard "$JOB_COMPLETION_INDEX" --shards ${shards} --out "/results/shard-$JOB_COMPLETION_INDEX"`;
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { [file]: text } };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      backoffLimitPerIndex: 3,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'geo-sim',
              image: IMAGE,
              command: ['/bin/sh', '-c', command],
              resources: { requests: { cpu: '1', memory: MEMORY }, limits: { memory: MEMORY } },
              volumeMounts: [
                { name: 'study', mountPath: '/study', readOnly: true },
                { name: 'results', mountPath: '/results' },
              ],
            },
          ],
          volumes: [
            { name: 'study', configMap: { name } },
            { name: 'results', persistentVolumeClaim: { claimName: 'geo-sim-results' } },
          ],
        },
      },
    },
  };
  const head = `# Put in place of ${IMAGE} an image in which geo is, and of geo-sim-results a volume that all pods may write.
# Files that the study reads belong beside it. Then:  geo sim merge /results/shard-* --out /results/all
`;
  return `${head}${stringify(configMap, { lineWidth: 0 })}---\n${stringify(job, { lineWidth: 0 })}`;
}

/** A job array: one task a shard. */
export function slurmArray({ path, study }: StudyFile, shards: number): string {
  const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh
#SBATCH --job-name=${jobName(study.study)}
#SBATCH --array=0-${shards - 1}
#SBATCH --cpus-per-task=1
#SBATCH --mem=4G
# Then:  geo sim merge shard-* --out all
exec geo sim run ${quoted(path)} --workers 1 --shard "$SLURM_ARRAY_TASK_ID" --shards ${shards} --out "shard-$SLURM_ARRAY_TASK_ID"
`;
}
