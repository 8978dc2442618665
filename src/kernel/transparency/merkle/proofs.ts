import { hashNode, type Hash } from './hash.js';
import { leftSize, type LeafRange } from './nodes.js';

/**
 * The subtrees whose roots prove that a leaf is in a tree, from the leaf's sibling on up: RFC 6962, 2.1.1.
 *
 * @throws {RangeError} unless `0 ≤ index < size`.
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError(`There is no leaf ${index} of ${size}.`);
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + leftSize(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The subtrees whose roots prove that a tree has grown out of a smaller one: RFC 6962, 2.1.2. None if that is empty, or the same.
 *
 * @throws {RangeError} unless `0 ≤ oldSize ≤ size`.
 */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) {
    throw new RangeError(`A tree of ${size} has not grown out of one of ${oldSize}.`);
  }
  if (oldSize === 0 || oldSize === size) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end > oldSize) {
    const middle = start + leftSize(end - start);
    if (oldSize <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // Whoever checks has the old root, and with it a subtree that begins with the first leaf.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** What a proof of inclusion is about. */
export interface Inclusion {
  leafHash: Hash;
  index: number;
  size: number;
  root: Hash;
}

/** Whether the proof shows that the leaf is where it is said to be in the tree: RFC 9162, 2.1.3.2. */
export function isIncluded({ leafHash, index, size, root }: Inclusion, proof: readonly Hash[]): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hashNode(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/** What a proof of consistency is about: two states of one tree. */
export interface Consistency {
  oldSize: number;
  oldRoot: Hash;
  size: number;
  root: Hash;
}

/**
 * Whether the proof shows that the tree has grown out of the smaller one: RFC 9162, 2.1.4.2. Any tree has grown out of the empty
 * one, for which there is nothing to prove.
 */
export function isConsistent({ oldSize, oldRoot, size, root }: Consistency, proof: readonly Hash[]): boolean {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return false;
  if (oldSize === size) return proof.length === 0 && oldRoot.equals(root);
  if (oldSize === 0) return proof.length === 0;
  let [node, last] = [oldSize - 1, size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // A power of two has its root as a node of the larger tree, and whoever checks knows that.
  const [first, ...rest] = node === 0 ? [oldRoot, ...proof] : proof;
  if (!first) return false;
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      old = hashNode(sibling, old);
      now = hashNode(sibling, now);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      now = hashNode(now, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && old.equals(oldRoot) && now.equals(root);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}
