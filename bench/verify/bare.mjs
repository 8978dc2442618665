// The least that can be done: the hash of the key, in the form that is quickest to make, and one look-up in a Map.
import { hash } from 'node:crypto';
import { answerVerifications } from './measure.mjs';

answerVerifications(({ size }, keys) => {
  const known = new Map();
  for (let at = 0; at < size; at += 1) known.set(Buffer.from(keys.hash(at), 'base64url').toString('latin1'), { at });
  // It must at least look at what it finds.
  return { ways: { verify: (key) => known.get(hash('sha256', key, 'binary'))?.at >= 0 } };
});
