/** How the operator's commands ask the hub that runs on a data folder. */
import { EXIT } from '#node/cli/exit-codes.ts';
import { Stop } from '#node/cli/problem.ts';
import { notRunning, readOperatorDoor } from '../web/operator.ts';

/** What the running hub answers. Throws a Failure where none runs, and ends the command where the hub refuses. */
export async function askHub<T>(dataDir: string, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const { url, secret } = readOperatorDoor(dataDir);
  let response: Response;
  try {
    response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw notRunning(dataDir, cause);
  }
  const answer = (await response.json()) as
    | T
    | { error: { code: string; message: string; facts: Stop['problem']['facts'] } };
  if (response.ok) return answer as T;
  const { code, message, facts } = (answer as { error: Stop['problem'] }).error;
  throw new Stop({ code, message, facts, exitCode: EXIT.error });
}
