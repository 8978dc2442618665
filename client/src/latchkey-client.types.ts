import type { Client, HeadersOptions, ParamsOption, ParseAs, ParseAsResponse } from 'openapi-fetch';
import type { ErrorBody, paths } from './schema.js';

/** Calls the routes of Latchkey by their paths, with types for what they take and what they answer. */
export interface LatchkeyClient extends Pick<Client<paths>, 'use' | 'eject'> {
  GET: Call<'get'>;
  POST: Call<'post'>;
  PUT: Call<'put'>;
  PATCH: Call<'patch'>;
  DELETE: Call<'delete'>;
}

/** What a call resolves to: `data`, or the `error` it was refused with. It is rejected if there was no answer at all. */
export type Answer<Data> =
  { data: Data; error?: undefined; response: Response } | { data?: undefined; error: ErrorBody; response: Response };

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

// The types of openapi-fetch let fields pass that a body does not have, and read as JSON what is none.
type Call<M extends Method> = <Path extends PathWith<M>, As extends ParseAs = 'json'>(
  path: Path,
  ...options: OptionalIfEmpty<CallOptions<paths[Path][M], As>>
) => Promise<Answer<ParseAsResponse<AnsweredJson<paths[Path][M]>, { parseAs: As }>>>;

type PathWith<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends Record<M, object> ? Path : never;
}[keyof paths];

type CallOptions<Operation, As extends ParseAs> = ParamsOption<Operation> &
  BodyOption<Operation> &
  ParseOption<Operation, As> & { headers?: HeadersOptions } & Omit<RequestInit, 'body' | 'headers' | 'method'>;

type BodyOption<Operation> = Operation extends { requestBody: Json<infer Body> }
  ? { body: Body }
  : { body?: undefined };

/** What is not answered in JSON has to say how to read it. */
type ParseOption<Operation, As extends ParseAs> = [AnsweredJson<Operation>] extends [never]
  ? { parseAs: As & Exclude<ParseAs, 'json'> }
  : { parseAs?: As };

type AnsweredJson<Operation> = Operation extends { responses: { 200: Json<infer Data> } | { 201: Json<infer Data> } }
  ? Data
  : never;

interface Json<T> {
  content: { 'application/json': T };
}

type OptionalIfEmpty<T> = Partial<T> extends T ? [options?: T] : [options: T];
