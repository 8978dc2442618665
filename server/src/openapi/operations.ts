import type { OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export type Operation = NonNullable<OpenAPIObject['paths'][string][(typeof METHODS)[number]]>;
export type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;
export type RequestBody = Exclude<NonNullable<Operation['requestBody']>, { $ref: string }>;
export type MediaType = RequestBody['content'][string];
export type Schema = NonNullable<MediaType['schema']>;

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

export function responsesOf(document: OpenAPIObject): Response[] {
  return operationsOf(document).flatMap(({ responses }) => Object.values(responses) as Response[]);
}

export function requestBodiesOf(document: OpenAPIObject): RequestBody[] {
  return operationsOf(document).flatMap(({ requestBody }) => (requestBody as RequestBody | undefined) ?? []);
}
