import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { checkpointText, parseCheckpoint } from '../../src/kernel/transparency/notes/checkpoint.js';
import { formatLogProof, parseLogProof } from '../../src/kernel/transparency/notes/log-proof.js';
import { Ed25519Signer } from '../../src/kernel/transparency/notes/note-signer.js';
import {
  formatNote,
  InvalidNoteError,
  parseNote,
  parseSignatureLine,
  signatureLine,
  signersOf,
} from '../../src/kernel/transparency/notes/signed-note.js';
import { VerifierKey } from '../../src/kernel/transparency/notes/verifier-key.js';

// The example of the specification.
const KEY = VerifierKey.parse('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
const NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const CHECKPOINT = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
`;

const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const log = new Ed25519Signer('example.com/log', newPem());
const witness = new Ed25519Signer('example.com/witness', newPem(), 'witness', () => 1_679_315_147_999);
const signed = async (text: string, ...signers: Ed25519Signer[]) =>
  formatNote({ text, signatures: await Promise.all(signers.map((signer) => signer.sign(text))) });

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));
const hashes = bytes(32);
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });

describe('a signed note', () => {
  it('of the specification is verified with its key, and written again alike', () => {
    const note = parseNote(NOTE);
    expect(note.text).toBe('This is an example message.\n');
    expect(signersOf(note, [KEY])).toEqual(new Set([KEY]));
    expect(formatNote(note)).toBe(NOTE);
    expect(String(KEY)).toBe('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
  });

  it('says nothing if none of the keys has signed it', () => {
    expect(signersOf(parseNote(NOTE), [log.key, witness.key])).toEqual(new Set());
    expect(signersOf(parseNote(NOTE), [])).toEqual(new Set());
  });

  it('is refused if the signature of a key is not that of the text', () => {
    const { signatures } = parseNote(NOTE);
    expect(() => signersOf({ text: 'This is another message.\n', signatures }, [KEY])).toThrow(InvalidNoteError);
    const [signature] = signatures;
    if (!signature) throw new Error('There is one.');
    for (const wrong of [signature.bytes.subarray(1), Buffer.concat([signature.bytes, Buffer.of(0)])]) {
      const note = { text: 'This is an example message.\n', signatures: [{ ...signature, bytes: wrong }] };
      expect(() => signersOf(note, [KEY])).toThrow(InvalidNoteError);
    }
  });

  it('is signed by a log and by witnesses, in any order', async () => {
    for (const signers of [
      [log, witness],
      [witness, log],
    ]) {
      const note = parseNote(await signed(CHECKPOINT, ...signers));
      expect(signersOf(note, [log.key, witness.key])).toEqual(new Set([log.key, witness.key]));
      expect(signersOf(note, [witness.key])).toEqual(new Set([witness.key]));
    }
  });

  it('of a witness says when it was signed, and not another time', async () => {
    const [signature] = parseNote(await signed(CHECKPOINT, witness)).signatures;
    if (!signature) throw new Error('There is one.');
    expect(signature.bytes.readBigUInt64BE()).toBe(1_679_315_147n);
    signature.bytes.writeBigUInt64BE(1_679_315_148n);
    expect(() => signersOf({ text: CHECKPOINT, signatures: [signature] }, [witness.key])).toThrow(InvalidNoteError);
  });

  it('of a log is none of a witness with the same private key', async () => {
    const pem = newPem();
    const asLog = new Ed25519Signer('example.com/both', pem);
    const asWitness = new Ed25519Signer('example.com/both', pem, 'witness');
    expect(asLog.key.id).not.toBe(asWitness.key.id);
    expect(signersOf(parseNote(await signed(CHECKPOINT, asLog)), [asWitness.key])).toEqual(new Set());
  });

  it('may hold empty lines', async () => {
    const text = 'One.\n\nTwo.\n\n';
    expect(parseNote(await signed(text, log)).text).toBe(text);
  });

  it.each([
    ['without a signature', 'Text.\n\n'],
    ['without an empty line', 'Text.\n— example.com/foo Uw2QOkn8srU=\n'],
    ['that does not end with a newline', NOTE.slice(0, -1)],
    ['with something behind the signatures', `${NOTE}More.\n`],
    ['with a carriage return', NOTE.replace('message.', 'message.\r')],
    ['with a tab', NOTE.replace('is an', 'is\tan')],
    ['with half a character', NOTE.replace('is an', 'is \ud83d an')],
    ['with base64 that is not written so', NOTE.replace('yaQM=', 'yaQN=')],
    ['with base64 for URLs', NOTE.replace('+KNncAlTgK7', '-KNncAlTgK7').replace('QOkn8', 'QO_n8')],
    ['with an id and no signature', 'Text.\n\n— example.com/foo Uw2QOg==\n'],
    ['with too many signatures', `Text.\n\n${'— example.com/foo Uw2QOkn8srU=\n'.repeat(101)}`],
    ['that is empty', ''],
  ])('%s is none', (_, note) => {
    expect(() => parseNote(note)).toThrow(InvalidNoteError);
  });

  it('has lines of signatures that are read as they are written', () => {
    fc.assert(
      fc.property(bytes(4), fc.uint8Array({ minLength: 1 }), (id, rest) => {
        const signature = { name: 'example.com/é', keyId: id.toString('hex'), bytes: Buffer.from(rest) };
        expect(parseSignatureLine(signatureLine(signature).slice(0, -1))).toEqual(signature);
      }),
    );
  });

  it.each(['', 'two words', 'a+b', 'no\u00a0break', 'a\u2028b', 'a\u0000b'])('is not signed by %j', (name) => {
    expect(() => new Ed25519Signer(name, newPem())).toThrow(/no name of a key/);
  });
});

describe('a verifier key', () => {
  it('is read as it is written', () => {
    for (const { key } of [log, witness]) expect(VerifierKey.parse(String(key))).toEqual(key);
  });

  it.each([
    ['example.com/foo', /is written/],
    ['example.com/foo+530d903a', /is written/],
    ['example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', /its id is 530d903a/],
    ['example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', /its id is/],
    ['example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', /type 2 are not known/],
    ['example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv', /32 bytes/],
    ['example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', /is written/],
  ])('%s is none', (text, message) => {
    expect(() => VerifierKey.parse(text)).toThrow(message);
  });
});

it('a private key is one of Ed25519, and errors hold nothing of it', () => {
  const others = [
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'MC4CAQAwBQYDK2VwBCIEI secret',
    '',
  ];
  for (const pem of others) {
    expect(() => new Ed25519Signer('example.com/log', pem)).toThrow(
      /^It is no private key of Ed25519 in PEM \(PKCS #8\)\.$/,
    );
  }
});

describe('a checkpoint', () => {
  it('of the specification is read, and written again alike', () => {
    const checkpoint = parseCheckpoint(CHECKPOINT);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(checkpointText(checkpoint)).toBe(CHECKPOINT);
  });

  it('is read as it is written', () => {
    fc.assert(
      fc.property(count, hashes, (size, root) => {
        const checkpoint = { origin: 'example.com/log', size, root };
        expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
      }),
    );
  });

  it('may have extension lines', () => {
    expect(parseCheckpoint(`${CHECKPOINT}more\n`).size).toBe(20_852_163);
  });

  it.each([
    ['with a size that begins with a zero', CHECKPOINT.replace('20852163', '020852163')],
    ['with a size below zero', CHECKPOINT.replace('20852163', '-1')],
    ['with a size that is no number', CHECKPOINT.replace('20852163', '2e3')],
    ['with a size that no number here holds', CHECKPOINT.replace('20852163', '9007199254740993')],
    ['with a root of 31 bytes', CHECKPOINT.replace(/^Cs.*$/m, Buffer.alloc(31).toString('base64'))],
    ['without an origin', CHECKPOINT.replace('example.com/behind-the-sofa', '')],
    ['without a root', 'example.com/log\n1\n'],
    ['with an empty extension line', `${CHECKPOINT}\n`],
    ['that does not end with a newline', CHECKPOINT.slice(0, -1)],
  ])('%s is none', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(InvalidNoteError);
  });
});

describe('a proof as text', () => {
  it('is read as it is written', () => {
    const proofs = fc.record({
      extra: fc.option(
        fc.uint8Array().map((each) => Buffer.from(each)),
        { nil: undefined },
      ),
      index: count,
      hashes: fc.array(hashes, { maxLength: 63 }),
      checkpoint: fc.constant(NOTE),
    });
    fc.assert(fc.property(proofs, (proof) => expect(parseLogProof(formatLogProof(proof))).toEqual(proof)));
  });

  const PROOF = formatLogProof({
    extra: Buffer.from('more'),
    index: 7,
    hashes: [Buffer.alloc(32, 1)],
    checkpoint: NOTE,
  });

  it('is written as the specification says', () => {
    expect(PROOF).toBe(
      `c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n${NOTE}`,
    );
  });

  it.each([
    ['of another version', PROOF.replace('@v1', '@v2')],
    ['without an index', PROOF.replace('index 7\n', '')],
    ['with an index that begins with a zero', PROOF.replace('index 7', 'index 07')],
    ['with a hash of 33 bytes', PROOF.replace(/^AQEB.*$/m, Buffer.alloc(33).toString('base64'))],
    ['with a hash that is not base64', PROOF.replace('AQEBAQE=', 'AQEBAQF=')],
    [
      'with too many hashes',
      PROOF.replace('index 7\n', `index 7\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(63)}`),
    ],
    ['without a checkpoint', PROOF.slice(0, PROOF.indexOf('\n\n'))],
  ])('%s is none', (_, text) => {
    expect(() => parseLogProof(text)).toThrow(InvalidNoteError);
  });
});
