import { readFileSync } from 'node:fs';
import { reasonOf } from './reason-of.js';

/** The variables that hold a secret. Each can be given as a file: `<NAME>_FILE`. */
const SECRET_VARIABLES = ['DATABASE_URL', 'LATCHKEY_DIRECT_URL', 'LATCHKEY_OPERATOR_KEY'] as const;

type SecretVariable = (typeof SECRET_VARIABLES)[number];

const LARGEST_BYTES = 16 * 1024;

/**
 * The secrets that were given as a file, by variable. The newline that most editors leave at the end of a file is not of
 * the secret.
 *
 * @param faults what is wrong is added to them, a line each, without the secret
 */
export function readSecretFiles(variables: NodeJS.ProcessEnv, faults: string[]): { [Name in SecretVariable]?: string } {
  const read: { [Name in SecretVariable]?: string } = {};
  for (const name of SECRET_VARIABLES) {
    const path = variables[`${name}_FILE`];
    if (!path) continue;
    if (variables[name]) {
      faults.push(`${name} and ${name}_FILE must not both be set: unset one of them.`);
      continue;
    }
    const text = textOf(path, `${name}_FILE`, faults);
    if (text !== undefined) read[name] = text;
  }
  return read;
}

function textOf(path: string, name: string, faults: string[]): string | undefined {
  try {
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8').replace(/\r?\n$/, '');
    if (text !== '' && bytes.length <= LARGEST_BYTES) return text;
    faults.push(`${name} must name a file of 1 to ${LARGEST_BYTES} bytes.`);
  } catch (error) {
    faults.push(`${name} must name a file that can be read: ${reasonOf(error)}.`);
  }
  return undefined;
}
