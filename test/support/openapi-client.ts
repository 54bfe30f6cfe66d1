/** A client generated from an OpenAPI document: it asks as the document says, and checks what is answered against it. */
import { z } from 'zod';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface Described {
  readonly content: Record<string, { schema: JsonSchema }>;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** With `{name}` for each parameter. */
  readonly path: string;
  /** What has to come with a request: `token`, `signature`, `timestamp`. */
  readonly needs: readonly string[];
  readonly hasBody: boolean;
  readonly queryNames: readonly string[];
  /** What is answered with a status in the two hundreds, or else. */
  readonly result: z.ZodType;
  readonly error: z.ZodType;
}

interface Document {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly operationId: string;
        readonly security: readonly Record<string, unknown>[];
        readonly parameters?: readonly { readonly name: string; readonly in: string }[];
        readonly requestBody?: Described;
        readonly responses: Record<string, Described>;
      }
    >
  >;
  readonly components: { readonly schemas: Record<string, object> };
}

/** The operations that a document describes. */
export async function operationsOf(url: string): Promise<readonly Operation[]> {
  const document = (await (await fetch(url)).json()) as Document;
  const schemaOf = (described: Described | undefined): z.ZodType => {
    const schema = described?.content['application/json']?.schema;
    if (schema === undefined) throw new Error('the document does not describe an answer');
    const whole = JSON.stringify({ ...(schema as object), $defs: document.components.schemas });
    return z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as JsonSchema);
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId, security, parameters, requestBody, responses }]): Operation => {
        return {
          ...{ operationId, method: method.toUpperCase(), path, hasBody: requestBody !== undefined },
          needs: security.flatMap((one) => Object.keys(one)),
          queryNames: (parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name),
          result: schemaOf(responses['200']),
          error: schemaOf(responses.default),
        };
      },
    ),
  );
}

/** The path of an operation with these values; every parameter has to be among them. */
export function pathOf({ path, queryNames, operationId }: Operation, values: Readonly<Record<string, string>>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${operationId} needs ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(
    queryNames.flatMap((name): [string, string][] => {
      const value = values[`${operationId}.${name}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}
