import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Frontier } from '../../src/kernel/transparency/merkle/frontier.js';
import { EMPTY_ROOT, hashLeaf, hashNode, type Hash } from '../../src/kernel/transparency/merkle/hash.js';
import { leftSize, rootOf, type NodePlace } from '../../src/kernel/transparency/merkle/nodes.js';
import {
  consistencyRanges,
  inclusionRanges,
  isConsistent,
  isIncluded,
} from '../../src/kernel/transparency/merkle/proofs.js';
import {
  ENTRIES,
  nodeIn,
  parseTilePath,
  tileOf,
  tilePath,
  widthOf,
} from '../../src/kernel/transparency/merkle/tiles.js';

/** The tree as RFC 6962 defines it, word for word. */
function rootByDefinition(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (!only) return EMPTY_ROOT;
  if (leaves.length === 1) return only;
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return hashNode(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
}

/** A tree that leaves are added to, and the nodes of it. */
function grown(leaves: readonly Hash[]) {
  const nodes = new Map<string, Hash>();
  const key = ({ level, index }: NodePlace) => `${level} ${index}`;
  const read = (place: NodePlace): Hash => {
    const hash = nodes.get(key(place));
    if (!hash) throw new Error(`Nobody made node ${key(place)}.`);
    return hash;
  };
  const frontier = Frontier.of(0, read);
  for (const leaf of leaves) frontier.append(leaf, (place, hash) => nodes.set(key(place), hash));
  return { frontier, read, nodes };
}

const leavesOf = (size: number) => Array.from({ length: size }, (_, at) => hashLeaf(Buffer.from(`entry ${at}`)));

const MOST = 700;
const ALL = leavesOf(MOST);
const TREE = grown(ALL);
const ROOTS = [EMPTY_ROOT, ...ALL.map((_, at) => rootOf({ start: 0, end: at + 1 }, TREE.read))];
const rootAt = (size: number) => ROOTS[size] as Hash;
const leafAt = (index: number) => ALL[index] as Hash;
const read = (range: { start: number; end: number }) => rootOf(range, TREE.read);

const sizes = fc.integer({ min: 1, max: MOST });
const leaf = sizes.chain((size) =>
  fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }),
);
const states = sizes.chain((size) =>
  fc.record({ size: fc.constant(size), oldSize: fc.integer({ min: 0, max: size }) }),
);

describe('the tree of RFC 6962', () => {
  it('has the roots of the test vectors of Certificate Transparency', () => {
    const entries = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const { frontier, read: node } = grown([]);
    expect(frontier.root.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const roots = entries.map((entry) => {
      frontier.append(hashLeaf(Buffer.from(entry, 'hex')), () => undefined);
      return frontier.root.toString('hex');
    });

    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
    expect(() => rootOf({ start: 0, end: 1 }, node)).toThrow('Nobody made');
  });

  it('has the root that the definition gives, at every size, however it is put together', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const byDefinition = rootByDefinition(ALL.slice(0, size));
        expect(rootAt(size)).toEqual(byDefinition);
        expect(Frontier.of(size, TREE.read).root).toEqual(byDefinition);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from its right edge', () => {
    fc.assert(
      fc.property(states, ({ size, oldSize }) => {
        const frontier = Frontier.of(oldSize, TREE.read);
        const wrong: NodePlace[] = [];
        for (const each of ALL.slice(oldSize, size)) {
          frontier.append(each, (place, hash) => wrong.push(...(hash.equals(TREE.read(place)) ? [] : [place])));
        }
        expect([wrong, frontier.size, frontier.root]).toEqual([[], size, rootAt(size)]);
      }),
      { numRuns: 60 },
    );
  });

  it('splits where the largest power of two below its size is, also where numbers are no longer exact as fractions', () => {
    expect([2, 3, 4, 5, 8, 9].map(leftSize)).toEqual([1, 2, 2, 4, 4, 8]);
    expect([2 ** 49 - 1, 2 ** 49, 2 ** 49 + 1].map(leftSize)).toEqual([2 ** 48, 2 ** 48, 2 ** 49]);
  });
});

describe('a proof of inclusion', () => {
  it('shows every leaf in every tree, and no other leaf, place, size or root', () => {
    fc.assert(
      fc.property(leaf, fc.nat({ max: MOST - 1 }), ({ size, index }, other) => {
        const proof = inclusionRanges(index, size).map(read);
        const shown = { leafHash: leafAt(index), index, size, root: rootAt(size) };
        expect(isIncluded(shown, proof)).toBe(true);

        if (other !== index) {
          expect(isIncluded({ ...shown, leafHash: leafAt(other) }, proof)).toBe(false);
          expect(isIncluded({ ...shown, index: other }, proof)).toBe(false);
        }
        expect(isIncluded({ ...shown, root: hashNode(shown.root, shown.root) }, proof)).toBe(false);
        expect(isIncluded({ ...shown, index: size }, proof)).toBe(false);
        expect(isIncluded({ ...shown, index: -1 }, proof)).toBe(false);
        expect(isIncluded({ ...shown, index: index + 0.5 }, proof)).toBe(false);
      }),
    );
  });

  it('is refused with hashes that are swapped, changed, missing, or too many', () => {
    fc.assert(
      fc.property(leaf, fc.nat(), ({ size, index }, seed) => {
        const proof = inclusionRanges(index, size).map(read);
        const shown = { leafHash: leafAt(index), index, size, root: rootAt(size) };
        for (const wrong of spoilt(proof, seed)) expect(isIncluded(shown, wrong)).toBe(false);
      }),
    );
  });

  it('is of a leaf that is there', () => {
    for (const [index, size] of [
      [0, 0],
      [3, 3],
      [-1, 3],
      [0.5, 3],
      [0, Infinity],
    ] as const) {
      expect(() => inclusionRanges(index, size)).toThrow(RangeError);
    }
  });
});

describe('a proof of consistency', () => {
  it('shows that every tree has grown out of every smaller one, and of no other', () => {
    fc.assert(
      fc.property(states, ({ size, oldSize }) => {
        const proof = consistencyRanges(oldSize, size).map(read);
        const shown = { oldSize, oldRoot: rootAt(oldSize), size, root: rootAt(size) };
        expect(isConsistent(shown, proof)).toBe(true);

        const forged = hashNode(shown.root, shown.root);
        expect(isConsistent({ ...shown, oldSize: size, size: oldSize }, proof)).toBe(oldSize === size);
        if (oldSize === 0) return;
        expect(isConsistent({ ...shown, oldRoot: forged }, proof)).toBe(false);
        expect(isConsistent({ ...shown, root: forged }, proof)).toBe(false);
        expect(isConsistent({ ...shown, oldSize: oldSize - 0.5 }, proof)).toBe(false);
      }),
    );
  });

  it('is refused with hashes that are swapped, changed, missing, or too many', () => {
    fc.assert(
      fc.property(states, fc.nat(), ({ size, oldSize }, seed) => {
        const proof = consistencyRanges(oldSize, size).map(read);
        const shown = { oldSize, oldRoot: rootAt(oldSize), size, root: rootAt(size) };
        for (const wrong of spoilt(proof, seed)) expect(isConsistent(shown, wrong)).toBe(false);
      }),
    );
  });

  it('is of a tree that has not shrunk', () => {
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(-1, 3)).toThrow(RangeError);
    expect(consistencyRanges(0, 3)).toEqual([]);
  });
});

describe('tiles', () => {
  it('give every node of the tree', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TREE.nodes.keys()), (key) => {
        const [level = 0, index = 0] = key.split(' ').map(Number);
        const place = tileOf({ level, index });
        const width = widthOf(place, MOST);
        const hashes = Array.from({ length: width }, (_, at) =>
          TREE.read({ level: 8 * place.level, index: 256 * place.index + at }),
        );
        // Somewhere in a larger buffer, as drivers give it.
        const bytes = Buffer.concat([Buffer.from('before'), ...hashes]).subarray('before'.length);

        expect(nodeIn(bytes, { level, index })).toEqual(TREE.read({ level, index }));
        expect(() =>
          nodeIn(bytes.subarray(0, -1), { level: 8 * place.level, index: 256 * place.index + width - 1 }),
        ).toThrow(RangeError);
      }),
    );
  });

  it('are as wide as the format says', () => {
    const size = 70_000;
    const widths = (level: number, count: number) =>
      Array.from({ length: count }, (_, index) => widthOf({ level, index }, size));
    expect(widths(0, 275).filter((width) => width === 256)).toHaveLength(273);
    expect(widths(0, 275).slice(273)).toEqual([112, 0]);
    expect(widths(1, 3)).toEqual([256, 17, 0]);
    expect(widths(2, 2)).toEqual([1, 0]);
    expect(widths(3, 1)).toEqual([0]);
    expect(widthOf({ level: ENTRIES, index: 273 }, size)).toBe(112);
    expect([0, 1].map((level) => widthOf({ level, index: 0 }, 256))).toEqual([256, 1]);
  });

  it('have one path each', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('0/x001/x234/067');
    expect(tilePath({ level: ENTRIES, index: 0, width: 7 })).toBe('entries/000.p/7');
    fc.assert(
      fc.property(
        fc.integer({ min: ENTRIES, max: 63 }),
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) =>
          expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width }),
      ),
    );
  });

  it.each([
    '',
    '0/0',
    '0/1000',
    '00/000',
    '64/000',
    '-1/000',
    '0/x000/001',
    '0/001/002',
    '0/000.p/0',
    '0/000.p/256',
    '0/000.p/01',
    '0/000/',
    '/0/000',
    'entries/x001',
    `0/${'x999/'.repeat(9)}999`,
  ])('have no path like %j', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});

/** Proofs that somebody has tampered with. */
function spoilt(proof: readonly Hash[], seed: number): Hash[][] {
  const at = proof.length === 0 ? 0 : seed % proof.length;
  const other = leafAt(seed % MOST);
  const longer = [...proof.slice(0, at), other, ...proof.slice(at)];
  if (proof.length === 0) return [longer];
  const swapped = proof.length > 1 ? [[...proof.slice(1), proof[0] as Hash]] : [];
  return [
    longer,
    [...proof, other],
    proof.filter((_, each) => each !== at),
    proof.with(at, hashNode(other, other)),
    ...swapped,
  ];
}
