import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIV3_1 } from 'openapi-types';
import type { Answer } from './client.js';
import { serviceDocument } from './openapi-document.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Operation {
  method: string;
  pattern: RegExp;
  /** Literal segments; the pattern with the most wins. */
  weight: number;
  pointer: string;
  responses: Record<string, OpenAPIV3_1.ResponseObject>;
}

let shared: OpenApiChecker | undefined;

type Headers = NonNullable<OpenAPIV3_1.ResponseObject['headers']>;

/**
 * Holds answers against the service's own OpenAPI document: the status is documented, the headers that it promises are
 * there, the body has its schema.
 */
export class OpenApiChecker {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly operations: Operation[];

  private readonly sharedHeaders: Headers;

  private constructor(document: OpenAPIV3_1.Document) {
    this.sharedHeaders = document.components?.headers ?? {};
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'openapi', ...document });
    this.operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      METHODS.filter((method) => item?.[method]).map((method) => ({
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
        weight: path.split('/').filter((segment) => segment && !segment.startsWith('{')).length,
        pointer: `openapi#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/responses`,
        responses: (item?.[method]?.responses ?? {}) as Record<string, OpenAPIV3_1.ResponseObject>,
      })),
    );
  }

  /** One for all clients: what it has compiled serves all. */
  static async shared(): Promise<OpenApiChecker> {
    return (shared ??= new OpenApiChecker(await serviceDocument()));
  }

  /** @throws {Error} if the document does not describe this answer. Paths outside the document pass. */
  check(method: string, target: string, answer: Answer): void {
    const path = target.split('?')[0] ?? '';
    const [operation] = this.operations
      .filter((candidate) => candidate.method === method && candidate.pattern.test(path))
      .sort((a, b) => b.weight - a.weight);
    if (!operation) return;
    const documented = operation.responses[answer.status];
    if (!documented)
      throw new Error(`${method} ${path} answered ${answer.status}, which is not documented: ${answer.text}`);
    const absent = this.requiredOf(documented).filter((name) => !answer.headers.has(name));
    if (absent.length > 0) throw new Error(`${method} ${path} ${answer.status}: without ${absent.join(', ')}`);
    if (!documented.content?.['application/json']) return;
    const pointer = `${operation.pointer}/${answer.status}/content/application~1json/schema`;
    const validate = this.validatorOf(pointer);
    if (!validate(answer.body)) {
      throw new Error(`${method} ${path} ${answer.status}: ${this.ajv.errorsText(validate.errors)} in ${answer.text}`);
    }
  }

  private requiredOf({ headers = {} }: OpenAPIV3_1.ResponseObject): string[] {
    return Object.entries(headers).flatMap(([name, header]) => {
      const resolved = '$ref' in header ? this.sharedHeaders[header.$ref.split('/').pop() ?? ''] : header;
      return resolved && 'required' in resolved && resolved.required ? [name] : [];
    });
  }

  private validatorOf(pointer: string): ValidateFunction {
    const known = this.validators.get(pointer);
    if (known) return known;
    const validate = this.ajv.compile({ $ref: encodeURI(pointer) });
    this.validators.set(pointer, validate);
    return validate;
  }
}
