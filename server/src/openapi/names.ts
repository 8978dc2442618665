import type { OpenAPIObject } from '@nestjs/swagger';

const PREFIX = 'Latchkey';
const REFERENCE = `"#/components/schemas/${PREFIX}`;

/** Takes from the schemas the name by which no host has one of its own: in the service's document there are no others. */
export function withShortNames(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replaceAll(REFERENCE, REFERENCE.slice(0, -PREFIX.length));
  const { components = {}, ...rest } = JSON.parse(text) as OpenAPIObject;
  const schemas = Object.entries(components.schemas ?? {}).map(([name, schema]) => [shortened(name), schema] as const);
  return { ...rest, components: { ...components, schemas: Object.fromEntries(schemas) } };
}

function shortened(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
