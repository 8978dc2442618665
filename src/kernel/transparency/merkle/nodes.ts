import { EMPTY_ROOT, hashNode, type Hash } from './hash.js';

/**
 * A node of the tree below which every leaf is there: the leaves from `index · 2^level` on, `2^level` of them. It never changes
 * once it is there.
 */
export interface NodePlace {
  /** 0: a leaf. */
  readonly level: number;
  readonly index: number;
}

/** Leaves from `start` on, up to `end` and without it. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Gives the hash of a node. */
export type ReadNode = (place: NodePlace) => Hash;

/**
 * The nodes that make up the subtree over the range, from left to right: the fewest there are.
 *
 * @param range begins at a multiple of the power of two that its length fits into, as each subtree of RFC 6962 does
 */
export function nodesOf({ start, end }: LeafRange): NodePlace[] {
  const nodes: NodePlace[] = [];
  let at = start;
  while (at < end) {
    const level = greatestLevel(end - at);
    const width = 2 ** level;
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The root of the subtree over the range: MTH of RFC 6962. */
export function rootOf(range: LeafRange, read: ReadNode): Hash {
  return nodesOf(range).map(read).reduceRight(underOneRoot, undefined) ?? EMPTY_ROOT;
}

/** The size of the left subtree of a tree with so many leaves, at least two: the largest power of two below that. */
export function leftSize(size: number): number {
  return 2 ** greatestLevel(size - 1);
}

function underOneRoot(right: Hash | undefined, left: Hash): Hash {
  return right ? hashNode(left, right) : left;
}

/** The exponent of the largest power of two that is not above the number. */
function greatestLevel(number: number): number {
  // Exact up to 2^53, which a logarithm is not.
  let level = 0;
  for (let rest = number; rest >= 2; rest = Math.floor(rest / 2)) level += 1;
  return level;
}
