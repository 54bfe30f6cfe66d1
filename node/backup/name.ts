/** What backup files are called: by when they were made, so that names sort by age. */
export const BACKUP_NAME = /^geo-(\d{8}T\d{9}Z)\.backup$/;

/** The name of a backup that was made then. */
export function backupName(createdAtMs: number): string {
  return `geo-${new Date(createdAtMs).toISOString().replaceAll(/[-:.]/g, '')}.backup`;
}
