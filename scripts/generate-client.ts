import { writeFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import type { OpenAPIV3_1 } from 'openapi-types';
import { CLIENT_SCHEMA, clientSchemaOf } from './client-schema.js';

// Of a document that is not whole nothing is written: what was there before stays.
await writeFile(CLIENT_SCHEMA, await clientSchemaOf((await json(process.stdin)) as OpenAPIV3_1.Document));
