import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { OpenAPIV3_1 } from 'openapi-types';
import { format, resolveConfig } from 'prettier';
import { clientDocumentOf } from './client-document.js';

/** Where the types of the client are, which `npm run client` writes. */
export const CLIENT_SCHEMA = 'client/src/schema.ts';

const HEADER = '// Generated from the OpenAPI document by `npm run client`; changes by hand are lost.\n\n';

/** The types of the client as TypeScript, from the service's OpenAPI document. */
export async function clientSchemaOf(document: OpenAPIV3_1.Document): Promise<string> {
  const types = await openapiTS(clientDocumentOf(document) as OpenAPI3, {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
  });
  const options = await resolveConfig(CLIENT_SCHEMA);
  return format(HEADER + astToString(types), { ...options, filepath: CLIENT_SCHEMA });
}
