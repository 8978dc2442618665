import { hashNode, type Hash } from './hash.js';
import { nodesOf, rootOf, type NodePlace, type ReadNode } from './nodes.js';

/** The right edge of a tree: all that is needed to add leaves to it. */
export class Frontier {
  private constructor(
    private length: number,
    /** Of the nodes that make up the tree, from left to right. */
    private readonly hashes: Hash[],
  ) {}

  /** @param read gives the nodes of a tree with so many leaves: those of {@link nodesOf} are asked for */
  static of(size: number, read: ReadNode): Frontier {
    return new Frontier(size, nodesOf({ start: 0, end: size }).map(read));
  }

  /** How many leaves there are. */
  get size(): number {
    return this.length;
  }

  get root(): Hash {
    let at = 0;
    return rootOf({ start: 0, end: this.length }, () => this.hashes[at++] as Hash);
  }

  /** @param onNode called with each node that is complete with this leaf, from the leaf on up */
  append(leafHash: Hash, onNode: (place: NodePlace, hash: Hash) => void): void {
    let [level, index, hash] = [0, this.length, leafHash];
    onNode({ level, index }, hash);
    while (index % 2 === 1) {
      hash = hashNode(this.hashes.pop() as Hash, hash);
      [level, index] = [level + 1, (index - 1) / 2];
      onNode({ level, index }, hash);
    }
    this.hashes.push(hash);
    this.length += 1;
  }
}
